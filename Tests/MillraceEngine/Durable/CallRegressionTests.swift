import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

/// Holds its key, and calls others that hold theirs.
@VirtualObject
private struct Holder {
    let diary: Diary

    @Handler func touch(_ context: ObjectContext) async throws -> String {
        diary.add("touch")
        return "touched"
    }

    @Handler func rest(_ context: ObjectContext) async throws -> String {
        diary.add("rest")
        try await context.sleep(for: .seconds(1_000))
        return "rested"
    }

    @Handler func callOn(_ context: ObjectContext, _ other: String) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        do { return try await context.call(to: Holder.self, key: ObjectKey(other)).touch().value } catch let error
            as TerminalError
        { return "\(error.code) \(error.message)" }
    }

    @Handler func callRest(_ context: ObjectContext, _ other: String) async throws -> String {
        try await context.call(to: Holder.self, key: ObjectKey(other)).rest().value
    }

    /// Cancels its call, and waits for how that ends.
    @Handler func callForASecond(_ context: ObjectContext, _ other: String) async throws -> String {
        try await context.sleep(for: .milliseconds(500))
        let call = context.call(to: Holder.self, key: ObjectKey(other)).touch()
        do { return try await call.future.timeout(after: .seconds(1)).value } catch let error as TerminalError
            where error.code == 408
        {
            if let id = call.invocationID { context.cancel(id) }
            do { return try await call.future.value } catch let error as TerminalError {
                return "\(error.code) \(error.message)"
            }
        }
    }
}

/// What once went wrong with calls that stand in line, and with what is kept of invocations; found by the simulator, or while its
/// checks were written.
@Suite(.timeLimit(.minutes(5))) struct CallRegressionTests {
    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]

    private let diary = Diary()

    private func app(
        _ crashes: TestApplication.Crashes = .never, _ adjust: (inout EngineOptions) -> Void = { _ in }
    ) throws -> TestApplication {
        try TestApplication([Holder(diary: diary).definition], crashes, adjusting: adjust)
    }

    /// The caller learned only when its turn had come that its call had been cancelled: here a quarter of an hour later.
    @Test(arguments: crashes) func aCallerLearnsAtOnceThatItsCallWasCancelledInLine(
        crashes: TestApplication.Crashes
    ) throws {
        let app = try app(crashes)
        _ = try app.start(Holder.self, key: "b") { $0.rest() }
        let caller = try app.start(Holder.self, key: "a") { $0.callForASecond("b") }
        try app.advance(by: .milliseconds(1_500))
        #expect(try app.result(of: caller) == "409 canceled")
        try app.advance(by: .seconds(1_000))
        #expect(diary.count("touch") == 0)
        #expect(app.statistics?.busyKeys == 0)
    }

    /// Cancelled calls were no part of a ring, and their callers, who wait for how that ends, stood still for ever.
    @Test(arguments: crashes) func aRingWithACancelledCallComesToAnEnd(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes) { $0.limits.deadlockAfter = .seconds(10) }
        let first = try app.start(Holder.self, key: "a") { $0.callForASecond("b") }
        let second = try app.start(Holder.self, key: "b") { $0.callOn("a") }
        try app.advance(by: .milliseconds(1_500))
        #expect(try app.result(of: first) == "409 canceled")
        #expect(try app.result(of: second) == "touched")
        #expect(app.statistics?.busyKeys == 0)
    }

    /// Nothing is kept of what was cancelled in line, and to purge it does not bring it back to life, as it once did.
    @Test func whatWasCancelledInLineStaysCancelledWhenItIsPurged() throws {
        let app = try app()
        _ = try app.start(Holder.self, key: "a") { $0.rest() }
        let touch = try app.start(Holder.self, key: "a") { $0.touch() }
        try app.cancel(touch.id)
        let error = #expect(throws: TerminalError.self) { try app.control(touch.id, .purge) }
        #expect(error?.code == TerminalError.notFound)
        try app.advance(by: .seconds(1_000))
        #expect(diary.count("touch") == 0)
        #expect(app.statistics?.busyKeys == 0)
    }

    /// Nobody looked for a ring any more when the process had died after all of it had been released from memory.
    @Test func aRingWhoseMemoryWasReleasedIsFoundAfterARestart() throws {
        let app = try app {
            $0.limits.inactivityTimeout = .milliseconds(10)
            $0.limits.deadlockAfter = .seconds(10)
        }
        let first = try app.start(Holder.self, key: "a") { $0.callOn("b") }
        let second = try app.start(Holder.self, key: "b") { $0.callOn("a") }
        try app.advance(by: .seconds(1))
        #expect(app.statistics?.waitingInvocations == 0)
        #expect(app.failures == [])
        try app.crash()
        try app.advance(by: .seconds(60))
        let results = try [first, second].map { try #require(try app.result(of: $0)) }
        #expect(results.count { $0 == "touched" } == 1, "\(results)")
        #expect(results.count { $0.hasPrefix("409 deadlock") } == 1, "\(results)")
        #expect(app.statistics?.busyKeys == 0)
    }

    /// Whoever was found to wait for no call was replayed at every search, once a minute for as long as it waited.
    @Test func searchesReplayNobodyTwice() throws {
        let app = try app { $0.limits.inactivityTimeout = .milliseconds(10) }
        _ = try app.start(Holder.self, key: "a") { $0.callRest("b") }
        _ = try app.start(Holder.self, key: "c") { $0.callOn("a") }
        try app.advance(by: .milliseconds(900))
        let begun = diary.count("rest")
        try app.advance(by: .seconds(900))
        // Once for the first search, which has to know what it waits for.
        #expect(diary.count("rest") <= begun + 1)
        try app.advance(by: .seconds(200))
        #expect(app.statistics?.busyKeys == 0)
    }

    /// The result of an invocation whose names had been used before, and purged, went when the time of the first one's was over.
    @Test(arguments: crashes) func aResultOutlivesThatOfItsPurgedPredecessor(crashes: TestApplication.Crashes) throws {
        let app = try app(crashes) {
            $0.limits.idempotencyRetention = .seconds(10_000)
            $0.limits.journalRetention = .seconds(5_000)
        }
        func start() throws -> TestInvocation<String> {
            try app.start(Holder.self, key: "a", idempotencyKey: "one") { $0.rest() }
        }
        let first = try start()
        try app.advance(by: .seconds(1_000))
        #expect(try app.result(of: first) == "rested")
        try app.advance(by: .seconds(2_000))
        try app.control(first.id, .purge)
        let second = try start()
        #expect(second.id == first.id)
        try app.advance(by: .seconds(1_000))
        // The first one's journal would go at 6 000 s, its result at 11 000; the second one's at 9 000 and 14 000.
        try app.advance(by: .seconds(4_900))
        #expect(try app.journal(of: second.id).last == "Output")
        try app.advance(by: .seconds(200))
        #expect(try app.journal(of: second.id) == [])
        try app.advance(by: .seconds(4_800))
        #expect(try app.result(of: second) == "rested")
        try app.advance(by: .seconds(200))
        #expect(throws: TerminalError.self) { try app.output(of: second.id) }
    }
}
