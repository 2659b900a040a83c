import Millrace
import Testing

@Suite("A type with @VirtualObject")
struct VirtualObjectTests {
    let scope = FakeScope(key: "user-1")

    @Test func isNamedAfterItsType() {
        #expect(EventEnricher.serviceName == "EventEnricher")
        #expect(EventEnricher().definition.name == "EventEnricher")
        #expect(EventEnricher().definition.kind == .virtualObject)
    }

    @Test func hasTheMarkedFunctionsAsHandlers() {
        let names = EventEnricher().definition.handlers.map(\.name)
        #expect(names == ["userEvent", "feature", "raw", "copy", "line", "emit"])
    }

    @Test(arguments: [("userEvent", true), ("feature", false), ("raw", false), ("line", true)])
    func runsAsTaskOnlyWhatIsAsync(handler: String, isAsync: Bool) async throws {
        var payload = #"{"name":"Ada"}"#
        if handler == "feature" { payload = "" }
        #expect(try await EventEnricher().definition.run(handler, payload, on: scope) == isAsync)
    }

    @Test func decodesCodableInputFromJSON() async throws {
        try await EventEnricher().definition.run("userEvent", #"{"name":"Ada"}"#, on: scope)
        #expect(scope.state["user"] == Array(#"{"name":"Ada"}"#.utf8))
    }

    @Test func usesTheStoredPropertiesOfItsValue() async throws {
        let service = EventEnricher(delay: .milliseconds(7))
        try await service.definition.run("userEvent", #"{"name":"Ada"}"#, on: scope)
        #expect(
            scope.sent == [
                .init(service: "EventEnricher", handler: "emit", key: "user-1", delayMilliseconds: 7)
            ])
    }

    @Test(arguments: ["", "null", " null\n"])
    func passesNilForPayloadWithoutValue(payload: String) async throws {
        try await EventEnricher().definition.run("userEvent", #"{"name":"Ada"}"#, on: scope)
        try await EventEnricher().definition.run("feature", payload, on: scope)
        #expect(scope.state["user"] == nil)
    }

    @Test func passesOptionalInputThatIsThere() async throws {
        try await EventEnricher().definition.run("userEvent", #"{"name":"Ada"}"#, on: scope)
        try await EventEnricher().definition.run("feature", #"{"feature":"Lovelace"}"#, on: scope)
        #expect(scope.state["user"] == Array(#"{"name":"Ada Lovelace"}"#.utf8))
    }

    @Test(arguments: ["raw", "copy", "line"])
    func passesBytesAndTextAsTheyAre(handler: String) async throws {
        try await EventEnricher().definition.run(handler, #"{"not json"#, on: scope)
        #expect(scope.state["raw"] == Array(#"{"not json"#.utf8))
    }

    @Test func throwsWhatTheHandlerThrows() async {
        await #expect(throws: TerminalError.self) { try await EventEnricher().definition.run("emit", on: scope) }
    }

    @Test func refusesInputThatIsNotJSON() async throws {
        await #expect(throws: InputError.self) { try await EventEnricher().definition.run("userEvent", "{", on: scope) }
        #expect(scope.state.isEmpty)
    }
}
