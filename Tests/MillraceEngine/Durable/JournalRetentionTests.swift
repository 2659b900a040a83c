import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

private let kept = HandlerOptions(journalRetention: .seconds(600))

@VirtualObject
private struct Archive {
    @Handler(options: kept) func slow(_ context: ObjectContext, _ amount: Int) async throws -> Int {
        context.set(.total, (try context.get(.total) ?? 0) + amount)
        try await context.sleep(for: .seconds(10))
        return try context.get(.total) ?? 0
    }

    @Handler(options: kept) func quick(_ context: ObjectContext) async throws -> Int { 1 }

    @Handler(options: kept) func fails(_ context: ObjectContext) async throws {
        try await context.sleep(for: .seconds(10))
        throw TerminalError("no such thing", code: 404)
    }

    @Handler func forgotten(_ context: ObjectContext) async throws {
        try await context.sleep(for: .seconds(10))
    }
}

/// Sends, as the ids of what handlers send are no names of results that are kept anyway.
@Service
private struct Clerk {
    @Handler func slow(_ context: ServiceContext, _ amount: Int) async throws -> InvocationID? {
        context.send(to: Archive.self, key: "a").slow(amount)
    }
    @Handler func quick(_ context: ServiceContext) async throws -> InvocationID? {
        context.send(to: Archive.self, key: "q").quick()
    }
    @Handler func fails(_ context: ServiceContext) async throws -> InvocationID? {
        context.send(to: Archive.self, key: "f").fails()
    }
    @Handler func forgotten(_ context: ServiceContext) async throws -> InvocationID? {
        context.send(to: Archive.self, key: "o").forgotten()
    }
}

/// Journals of invocations that have ended, as long as they are to be kept and no longer.
@Suite(.timeLimit(.minutes(5))) struct JournalRetentionTests {
    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]

    private func app(_ crashes: TestApplication.Crashes) throws -> TestApplication {
        try TestApplication([Archive(), Clerk()], crashes: crashes)
    }

    private func isUnknown(_ id: InvocationID, _ app: TestApplication) throws -> Bool {
        guard try app.journal(of: id).isEmpty else { return false }
        let error = #expect(throws: TerminalError.self) { try app.output(of: id) }
        return error?.code == TerminalError.notFound
    }

    @Test(arguments: crashes) func keepsJournalAndResultForAWhile(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let id = try #require(try app.call(Clerk.self) { $0.slow(3) })
        try app.advance(by: .seconds(10))
        let journal = try app.journal(of: id)
        #expect(journal.last == "Output", "\(journal)")
        #expect(journal.contains { $0.hasPrefix("Sleep") }, "\(journal)")
        #expect(try app.output(of: id) == Array("3".utf8))
        #expect(app.statistics?.busyKeys == 0)
        try app.advance(by: .seconds(599))
        #expect(try app.journal(of: id) == journal)
        try app.advance(by: .seconds(1))
        #expect(try isUnknown(id, app))
        #expect(app.failures == [])
    }

    /// The journals of one key's invocations are not mixed up.
    @Test(arguments: crashes) func eachInvocationOfAKeyHasItsOwn(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let first = try #require(try app.call(Clerk.self) { $0.slow(1) })
        let second = try #require(try app.call(Clerk.self) { $0.slow(2) })
        try app.advance(by: .seconds(20))
        #expect(try app.output(of: first) == Array("1".utf8))
        #expect(try app.output(of: second) == Array("3".utf8))
        #expect(try app.journal(of: first).count == app.journal(of: second).count)
        try app.advance(by: .seconds(590))
        #expect(try isUnknown(first, app))
        #expect(try app.journal(of: second).last == "Output")
        try app.advance(by: .seconds(10))
        #expect(try isUnknown(second, app))
    }

    @Test(arguments: crashes) func keepsNothingOfAHandlerThatNeverWaits(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let id = try #require(try app.call(Clerk.self) { $0.quick() })
        #expect(try isUnknown(id, app))
    }

    @Test(arguments: crashes) func keepsNothingWhereNobodyAsksForIt(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let id = try #require(try app.call(Clerk.self) { $0.forgotten() })
        #expect(!(try app.journal(of: id).isEmpty))
        try app.advance(by: .seconds(10))
        #expect(try isUnknown(id, app))
    }

    @Test(arguments: crashes) func keepsTheJournalOfAFailure(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let id = try #require(try app.call(Clerk.self) { $0.fails() })
        try app.advance(by: .seconds(10))
        #expect(try app.journal(of: id).last == "Output")
        #expect(throws: TerminalError("no such thing", code: 404)) { try app.output(of: id) }
        try app.advance(by: .seconds(600))
        #expect(try app.journal(of: id) == [])
    }

    @Test(arguments: crashes) func keepsTheJournalOfWhatWasKilled(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let id = try #require(try app.call(Clerk.self) { $0.slow(3) })
        try app.kill(id)
        #expect(try app.journal(of: id).last == "Output")
        #expect(throws: TerminalError("killed", code: 409)) { try app.output(of: id) }
        try app.control(id, .purge)
        #expect(try isUnknown(id, app))
        try app.advance(by: .seconds(700))
        #expect(app.failures == [])
    }

    /// A result that is kept anyway stays when its journal goes.
    @Test(arguments: crashes) func theJournalGoesBeforeANamedResult(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes)
        let invocation = try app.start(Archive.self, key: "n", idempotencyKey: "named") { $0.slow(3) }
        try app.advance(by: .seconds(609))
        #expect(try app.journal(of: invocation.id).last == "Output")
        try app.advance(by: .seconds(1))
        #expect(try app.journal(of: invocation.id) == [])
        #expect(try app.result(of: invocation) == 3)
        try app.advance(by: .seconds(24 * 3600))
        #expect(try isUnknown(invocation.id, app))
    }
}
