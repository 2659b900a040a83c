import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

/// Journals that a revision of the code has written, and another one has to go on with.
@Suite(.timeLimit(.minutes(5))) struct RevisionTests {
    typealias Body = @Sendable (ObjectContext, String) async throws -> Void

    private static func service(_ revision: String?, _ body: @escaping Body) -> [ServiceDefinition] {
        [
            ServiceDefinition(
                name: "Object", kind: .virtualObject,
                handlers: [.suspending("run", ObjectContext.init, input: .text, body)],
                options: HandlerOptions(revision: revision))
        ]
    }

    private static let sleeps: Body = { context, _ in
        try await context.sleep(for: .seconds(10))
        context.set(StateKey<Int>("done"), 1)
    }

    private static let steps: Body = { context, _ in
        _ = try await context.run("charge") { 1 }
        context.set(StateKey<Int>("done"), 2)
    }

    private static let sleepsTwice: Body = { context, _ in
        try await context.sleep(for: .seconds(10))
        _ = try await context.run("between") { 1 }
        try await context.sleep(for: .seconds(10))
    }

    private static let sleepsAndSteps: Body = { context, _ in
        try await context.sleep(for: .seconds(10))
        _ = try await context.run("something else") { 1 }
    }

    /// An invocation that waits, of code that has been replaced by other code since.
    private func diverged(_ then: String?, _ now: String?) throws -> (TestApplication, InvocationID) {
        let app = try TestApplication(definitions: Self.service(then, Self.sleeps))
        let id = try app.start("Object", key: "k", "run")
        try app.update(definitions: Self.service(now, Self.steps))
        #expect(app.parkedInvocations.map(\.id) == [id])
        return (app, id)
    }

    private func done(_ app: TestApplication) throws -> String? {
        try app.state(of: "Object", key: "k")["done"].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        arguments: [
            ("a", "b", " (recorded by revision 'a', now 'b')"),
            (nil, "b", " (recorded by code without a revision, now 'b')"),
            ("a", nil, " (recorded by revision 'a', now code without a revision)"),
            ("a", "a", " (both by revision 'a')"),
            (nil, nil, ""),
        ] as [(String?, String?, String)])
    func namesTheEntryAndBothRevisions(then: String?, now: String?, words: String) throws {
        let (app, _) = try diverged(then, now)
        let error = try #require(app.parkedInvocations.first?.lastError)
        #expect(
            error.hasPrefix(
                "[570] the journal has Sleep as command 1, and the code now does Run 'charge'\(words): the code has changed"
            ),
            "\(error)")
    }

    /// Code that reads another input than the one that the invocation began with must not end what has been begun.
    @Test func anInputThatTheNewCodeCannotReadWaitsForAPerson() throws {
        let app = try TestApplication(definitions: Self.service("a", Self.sleeps))
        let id = try app.start("Object", key: "k", "run")
        let other = ServiceDefinition(
            name: "Object", kind: .virtualObject,
            handlers: [.suspending("run", ObjectContext.init, input: Serde<Int>.json) { (_: ObjectContext, _: Int) in }]
        )
        try app.update(definitions: [other])
        try app.advance(by: .seconds(60))
        #expect(app.parkedInvocations.map(\.id) == [id])
        #expect(app.parkedInvocations.first?.lastError.contains("Int") == true)
        try app.update(definitions: Self.service("a", Self.sleeps))
        try app.resume(id)
        #expect(try done(app) == "1")
    }

    @Test func goesOnWithTheCodeThatWroteTheJournal() throws {
        let (app, id) = try diverged("a", "b")
        try app.advance(by: .seconds(60))
        #expect(try done(app) == nil)
        try app.update(definitions: Self.service("a", Self.sleeps))
        #expect(app.parkedInvocations.count == 1)
        try app.resume(id)
        #expect(try done(app) == "1")
        #expect(try app.output(of: id) != nil)
        #expect(app.statistics?.busyKeys == 0)
    }

    /// The same code again is the same mismatch.
    @Test func resumingWithoutGoingBackParksItAgain() throws {
        let (app, id) = try diverged("a", "b")
        try app.resume(id)
        #expect(app.parkedInvocations.map(\.id) == [id])
        #expect(try done(app) == nil)
    }

    @Test func restartsWithTheNewCode() throws {
        let (app, id) = try diverged("a", "b")
        try app.restart(id)
        #expect(try done(app) == "2")
        #expect(try app.output(of: id) != nil)
        try app.advance(by: .seconds(60))
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test func canBeKilled() throws {
        let (app, id) = try diverged("a", "b")
        let next = try app.start("Object", key: "k", "run")
        try app.kill(id)
        #expect(throws: TerminalError("killed", code: 409)) { try app.output(of: id) }
        #expect(try app.output(of: next) != nil)
        #expect(try done(app) == "2")
        #expect(app.statistics?.busyKeys == 0)
    }

    /// A journal may have been written by several revisions: the one counts that recorded the entry.
    @Test func knowsWhichRevisionRecordedWhichEntry() throws {
        let app = try TestApplication(definitions: Self.service("a", Self.sleeps))
        let id = try app.start("Object", key: "k", "run")
        try app.update(definitions: Self.service("b", Self.sleepsTwice))
        try app.advance(by: .seconds(10))
        let journal = try app.journal(of: id)
        #expect(journal.filter { $0.hasPrefix("Revision") } == ["Revision 'a'", "Revision 'b'"], "\(journal)")
        #expect(journal.first == "Revision 'a'")
        try app.update(definitions: Self.service("c", Self.sleepsAndSteps))
        let error = try #require(app.parkedInvocations.first?.lastError)
        #expect(error.contains("Run 'between' as command 2"), "\(error)")
        #expect(error.contains("(recorded by revision 'b', now 'c')"), "\(error)")
    }

    @Test func codeWithoutARevisionLeavesNoTraceOfOne() throws {
        let app = try TestApplication(definitions: Self.service(nil, Self.sleeps))
        let id = try app.start("Object", key: "k", "run")
        #expect(!(try app.journal(of: id).contains { $0.hasPrefix("Revision") }))
    }
}
