import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

extension StateKey<[String]> { fileprivate static var names: Self { Self("names") } }

@VirtualObject
private struct Line {
    @Handler func hold(_ context: ObjectContext) async throws -> String {
        try await context.sleep(for: .seconds(10))
        return "held"
    }

    @Handler func add(_ context: ObjectContext, _ name: String) async throws -> [String] {
        let names = (try context.get(.names) ?? []) + [name]
        context.set(.names, names)
        return names
    }

    @Handler(options: HandlerOptions(retry: RetryPolicy(initial: .seconds(30))))
    func fails(_ context: ObjectContext) throws -> String { throw Flaky() }
}

@Service
private struct Asker {
    @Handler func ask(_ context: ServiceContext, _ name: String) async throws -> String {
        do {
            let call = context.call(to: Line.self, key: "k", idempotencyKey: name)
            return try await call.add(name).value.joined(separator: " ")
        } catch let error as TerminalError { return "\(error.code) \(error.message)" }
    }

    @Handler func sendLater(_ context: ServiceContext) async throws -> String {
        let sent = context.send(to: Line.self, key: "k", after: .seconds(5)).add("later")
        return sent.map { "\($0)" } ?? "?"
    }
}

/// Invocations that are ended before they have started: nothing has been done, so nothing is kept, and the same request can be made again.
@Suite(.timeLimit(.minutes(5))) struct BeforeTheStartTests {
    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]

    private func app(_ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication([Line(), Asker()], crashes: crashes)
    }

    private func id(of name: String) -> InvocationID {
        InvocationNames.idempotent(
            service: "Line", key: Array("k".utf8), handler: "add", idempotencyKey: name)
    }

    private func end(_ id: InvocationID, killing: Bool, _ app: TestApplication) throws -> String {
        if killing { try app.kill(id) } else { try app.cancel(id) }
        return killing ? "409 killed" : "409 canceled"
    }

    private func expectUnknown(_ id: InvocationID, _ app: TestApplication) {
        let error = #expect(throws: TerminalError.self) { try app.output(of: id) }
        #expect(error?.code == TerminalError.notFound)
    }

    /// Who waited learned it only when the place in the line had come to its head.
    @Test(arguments: crashes, [false, true])
    func whoWaitsLearnsItAtOnce(crashes: TestApplication.Crashes, killing: Bool) throws {
        let app = try app(crashes)
        let holder = try app.start(Line.self, key: "k") { $0.hold() }
        let asked = try app.start(Asker.self) { $0.ask("once") }
        let joined = try app.start(Asker.self) { $0.ask("once") }
        let told = try end(id(of: "once"), killing: killing, app)
        #expect(try app.result(of: asked) == told)
        #expect(try app.result(of: joined) == told)
        expectUnknown(id(of: "once"), app)
        #expect(try app.result(of: holder) == nil)
        try app.advance(by: .seconds(10))
        #expect(try app.state(of: Line.self, key: "k", .names) == nil)
        #expect(app.statistics?.busyKeys == 0)
        #expect(app.statistics?.queuedInvocations == 0)
        #expect(app.failures == [])
    }

    /// It depended on whether its place was still in the line.
    @Test(arguments: crashes, [false, true])
    func theSameRequestCanBeMadeAgain(crashes: TestApplication.Crashes, killing: Bool) throws {
        let app = try app(crashes)
        try app.start(Line.self, key: "k") { $0.hold() }
        for name in ["first", "once", "last"] { try app.start(Asker.self) { $0.ask(name) } }
        _ = try end(id(of: "once"), killing: killing, app)
        let again = try app.start(Asker.self) { $0.ask("once") }
        #expect(try app.result(of: again) == nil)
        try app.crash()
        try app.advance(by: .seconds(10))
        #expect(try app.result(of: again) == "first last once")
        // This one has run, and its result is kept.
        #expect(try app.call(Asker.self) { $0.ask("once") } == "first last once")
        #expect(app.statistics?.busyKeys == 0)
        #expect(app.statistics?.queuedInvocations == 0)
    }

    /// It has begun, so its result is kept, although nothing else is left of its attempts.
    @Test(arguments: crashes, [false, true])
    func aHeadThatHasOnlyFailedMakesWay(crashes: TestApplication.Crashes, killing: Bool) throws {
        let app = try app(crashes)
        let failing = try app.start(Line.self, key: "k") { $0.fails() }
        let next = try app.start(Line.self, key: "k") { $0.add("next") }
        #expect(try app.result(of: next) == nil)
        let told = try end(failing.id, killing: killing, app)
        #expect(try app.result(of: next) == ["next"])
        #expect(app.openInvocations.isEmpty)
        let error = #expect(throws: TerminalError.self) { try app.output(of: failing.id) }
        #expect("\(error?.code ?? 0) \(error?.message ?? "")" == told)
        try app.advance(by: .seconds(100))
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(app.statistics?.busyKeys == 0)
    }

    /// A delayed invocation that nobody has asked for is known by its timer alone: it could not be killed.
    @Test(arguments: crashes, [false, true])
    func aDelayedOneIsForgotten(crashes: TestApplication.Crashes, killing: Bool) throws {
        let app = try app(crashes)
        let sent = try app.call(Asker.self) { $0.sendLater() }
        let id = try #require(InvocationID(sent))
        _ = try end(id, killing: killing, app)
        try app.advance(by: .seconds(10))
        #expect(try app.state(of: Line.self, key: "k", .names) == nil)
        expectUnknown(id, app)
    }

    @Test(arguments: crashes, [false, true])
    func aDelayedIdempotentOneCanBeMadeAgain(crashes: TestApplication.Crashes, killing: Bool) throws {
        let app = try app(crashes)
        let later = try app.start(Line.self, key: "k", idempotencyKey: "once", after: .seconds(5)) { $0.add("once") }
        #expect(later.id == id(of: "once"))
        let asked = try app.start(Asker.self) { $0.ask("once") }
        let told = try end(later.id, killing: killing, app)
        #expect(try app.result(of: asked) == told)
        expectUnknown(later.id, app)
        #expect(try app.call(Asker.self) { $0.ask("once") } == "once")
        try app.advance(by: .seconds(10))
        #expect(try app.state(of: Line.self, key: "k", .names) == ["once"])
    }
}
