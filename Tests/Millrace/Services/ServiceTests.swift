import Millrace
import Testing

@Suite("A type with @Service")
struct ServiceTests {
    let scope = FakeScope()

    @Test func hasTheNameThatItIsGiven() {
        #expect(Mailer.serviceName == "mail")
        #expect(Mailer().definition.kind == .service)
        #expect(Mailer().definition.handlers.map(\.name) == ["post", "plainly", "default", "tick"])
    }

    @Test func readsAndSendsWithTheSerdeOfTheHandler() async throws {
        try await Mailer().definition.run("post", #"{"to":"user-1"}"#, on: scope)
        #expect(scope.sent == [.init(service: "mail", handler: "plainly", payload: "user-1")])
        try await Mailer().definition.run("plainly", "user-1", on: scope)
        #expect(scope.sent.last == .init(service: "EventEnricher", handler: "copy", key: "user-1", payload: "hi"))
    }

    @Test func runsHandlersWithoutInputAndWithoutErrors() async throws {
        #expect(try await Mailer().definition.run("tick", "ignored", on: scope))
        #expect(try await !Mailer().definition.run("default", #"{"a":1}"#, on: scope))
    }
}
