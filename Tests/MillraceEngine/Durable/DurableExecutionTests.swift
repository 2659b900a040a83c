import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

/// Each behaviour once as it is, and once with a crash after every turn, where everything is replayed again and again.
@Suite("Handlers that wait", .serialized, .timeLimit(.minutes(5)))
struct DurableExecutionTests {
    let world = World()

    private func makeApplication(
        _ crashes: TestApplication.Crashes, _ adjust: (inout EngineOptions) -> Void = { _ in }
    ) throws -> TestApplication {
        let services: [any DurableService] = [
            Counter(), Steps(world: world), Caller(), Approval(), Signup(world: world),
        ]
        return try TestApplication(services.map(\.definition), crashes, adjusting: adjust)
    }

    static let crashes: [TestApplication.Crashes] = [.never, .everywhere]

    // MARK: Steps

    @Test(arguments: crashes) func runsStepsInOrderAndKeepsTheirResults(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Steps", "three")
        let result = try Serde<[Int]>.json.value(of: try #require(try app.output(of: id)))
        if crashes == .never {
            #expect(result == [1, 2, 3])
            #expect(world["first"] == 1 && world["second"] == 1 && world["third"] == 1)
        } else {
            #expect(result.count == 3)
            #expect(app.crashCount >= 2)
        }
        #expect(app.failures == [])
    }

    @Test(arguments: crashes) func retriesAFailingStepFromTheJournal(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Steps", "flaky")
        try app.advance(by: .seconds(60))
        let result = try Serde<Int>.json.value(of: try #require(try app.output(of: id)))
        #expect(result % 100 >= 4)
        if crashes == .never { #expect(world["kept"] == 1) }
        #expect(app.failures.contains { $0.contains("step 'flaky'") })
    }

    @Test func givesUpAStepByItsOwnPolicy() throws {
        let app = try makeApplication(.never)
        let id = try app.start("Steps", "exhausted")
        try app.advance(by: .seconds(60))
        #expect(try app.output(of: id).map { String(decoding: $0, as: UTF8.self) } == "\"gave up: 500\"")
        #expect(world["never"] == 3)
    }

    @Test(arguments: crashes) func runsStepsBesideEachOther(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Steps", "beside")
        #expect(try Serde<[Int]>.json.value(of: try #require(try app.output(of: id))) == [1, 2, 3, 4, 5])
    }

    /// Such a step's end comes in a turn of its own.
    @Test func learnsOfStepsThatEndLater() throws {
        let gate = Gate()
        let app = try TestApplication([Steps(world: world, gate: gate)])
        let steps = try app.start(Steps.self) { $0.besideSlowly() }
        #expect(try app.result(of: steps) == nil)
        gate.open()
        try app.settle()
        #expect(try app.result(of: steps) == [1, 2, 3])
    }

    @Test func refusesTheContextInsideAStep() throws {
        let app = try makeApplication(.never)
        try app.start("Steps", "insideStep")
        #expect(app.failures.contains { $0.contains("was used inside the durable step 'outer'") })
    }

    // MARK: Calls

    @Test(arguments: crashes) func callsOthersAndGetsTheirResults(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let sum: Int = try app.call(Caller.self, "sum", ["a", "b", "a", "c"])
        #expect(sum == 1 + 1 + 2 + 1)
        let total: Int = try app.call(Counter.self, key: "a", "get")
        #expect(total == 2)
        #expect(app.failures == [])
        #expect(app.statistics?.busyKeys == 0)
        #expect(app.statistics?.waitingInvocations == 0)
    }

    @Test(arguments: crashes) func fansOutAndBack(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let sum: Int = try app.call(Caller.self, "fanOut", crashes == .never ? 1_000 : 20)
        #expect(sum == (crashes == .never ? 1_000 : 20))
    }

    @Test(arguments: crashes) func handsTerminalErrorsToCallers(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let text: String = try app.call(Caller.self, "catches")
        #expect(text == "404 no such thing")
        // What the failing handler did before stays: compensating is up to it.
        #expect(try app.state(of: "Counter", key: "x")["total"] == Array("-1".utf8))
    }

    @Test(arguments: crashes) func answersARepeatedRequestWithTheFirstResult(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let results: [Int] = try app.call(Caller.self, "once")
        #expect(results == [1, 1])
    }

    @Test(arguments: crashes) func knowsARequestThatComesTwiceInOneTurn(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        #expect(try app.call(Caller.self) { $0.twiceAtOnce() } == [1, 1])
        try app.advance(by: .seconds(30))
        for key in ["sent", "slow", "called"] {
            #expect(try app.state(of: Counter.self, key: ObjectKey(key), .total) == 1, "\(key)")
        }
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func attachesToARunningInvocation(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Caller", "attaches")
        try app.advance(by: .seconds(11))
        #expect(try Serde<[Int]>.json.value(of: try #require(try app.output(of: id))) == [-1, 3, 3])
    }

    @Test func endsACallThatWouldWaitForItself() throws {
        let app = try makeApplication(.never)
        #expect(throws: TerminalError.self) { try app.call("Counter", key: "d", "callsItself") }
        #expect(app.failures.contains { $0.contains("deadlock") })
    }

    // MARK: Time

    @Test(arguments: crashes) func holdsItsKeyWhileItSleeps(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let slow = try app.start("Counter", key: "s", "slowAdd", payload: Array("5".utf8))
        let fast = try app.start("Counter", key: "s", "add", payload: Array("2".utf8))
        let other = try app.start("Counter", key: "o", "add", payload: Array("1".utf8))
        #expect(try app.output(of: slow) == nil)
        #expect(try app.output(of: fast) == nil)
        #expect(try app.output(of: other) == Array("1".utf8))
        let shared: Int = try app.call(Counter.self, key: "s", "get")
        #expect(shared == 0)
        try app.advance(by: .milliseconds(9_999))
        #expect(try app.output(of: slow) == nil)
        try app.advance(by: .milliseconds(1))
        #expect(try app.output(of: slow) == Array("5".utf8))
        #expect(try app.output(of: fast) == Array("7".utf8))
    }

    /// A handler that begins to wait when it comes out of its key's queue, and not when it arrives.
    @Test(arguments: crashes) func waitsAfterStandingInLine(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let invocations = try (0..<3).map { number in
            try app.start(
                "Counter", key: "s", "slowAdd", payload: Array("\(1 + number)".utf8), idempotencyKey: "\(number)")
        }
        try app.advance(by: .seconds(100))
        #expect(try invocations.map { try app.output(of: $0) } == ["1", "3", "6"].map { Array($0.utf8) })
        #expect(try app.state(of: "Counter", key: "s")["total"] == Array("6".utf8))
        #expect(app.statistics?.busyKeys == 0)
    }

    /// The same without ids that are derived from names: what a handler sends.
    @Test(arguments: crashes) func sendsWaitAfterStandingInLine(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        try app.start("Caller", "sendsSlowly")
        try app.advance(by: .seconds(100))
        #expect(try app.state(of: "Counter", key: "line")["total"] == Array("3".utf8))
        #expect(app.statistics?.busyKeys == 0)
    }

    /// Whoever attaches to an invocation that stands in line, or is to be tried again, gets its result.
    @Test(arguments: crashes) func keepsThoseWhoAttachBeforeTheStart(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        try app.start("Counter", key: "l", "slowAdd", payload: Array("1".utf8))
        let second = try app.start("Counter", key: "l", "slowAdd", payload: Array("2".utf8))
        let attached = try app.start("Caller", "attachesTo", payload: Array("\"\(second)\"".utf8))
        try app.advance(by: .seconds(100))
        #expect(try app.output(of: attached) == Array("3".utf8))
    }

    @Test(arguments: crashes) func attachesToADelayedInvocation(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Caller", "sendsLater")
        try app.advance(by: .seconds(4))
        #expect(try app.output(of: id) == nil)
        try app.advance(by: .seconds(2))
        #expect(try app.output(of: id) == Array("[7,7]".utf8))
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func racesByTime(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Caller", "race")
        try app.advance(by: .seconds(6))
        #expect(try app.output(of: id) == Array("\"fast\"".utf8))
        try app.advance(by: .seconds(30))
        #expect(app.statistics?.timersInMemory ?? 0 <= 1)
    }

    @Test(arguments: crashes) func timesOut(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Caller", "timeout")
        try app.advance(by: .seconds(4))
        #expect(try app.output(of: id) == Array("\"408\"".utf8))
    }

    @Test(arguments: crashes) func readsTheSameTimeAndRandomNumbersAgain(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Caller", "times", idempotencyKey: "fixed")
        try app.advance(by: .seconds(3))
        let values = try Serde<[Int64]>.json.value(of: try #require(try app.output(of: id)))
        #expect(values[0] == 2_000)
        #expect(values[2] == 36)
    }

    // MARK: From outside

    @Test(arguments: crashes) func waitsForAnAwakeable(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Approval", key: "p", "ask")
        #expect(app.emitted.count == 1)
        let awakeable = try Serde<String>.json.value(of: try #require(app.emitted.first?.value))
        try app.resolveAwakeable(awakeable, Array("\"yes\"".utf8))
        try app.resolveAwakeable(awakeable, Array("\"no\"".utf8))
        #expect(try app.output(of: id) == Array("\"yes\"".utf8))
        #expect(app.emitted.count == 1)
    }

    @Test(arguments: crashes) func takesSignalsInOrder(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Approval", key: "q", "waitForSignals")
        try app.signal("go", to: id, Array("\"one\"".utf8))
        #expect(try app.output(of: id) == nil)
        try app.signal("other", to: id, Array("\"?\"".utf8))
        try app.signal("go", to: id, Array("\"two\"".utf8))
        #expect(try app.output(of: id) == Array(#"["one","two"]"#.utf8))
    }

    @Test(arguments: crashes) func cancelsCalleesFirstAndCompensates(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Caller", "compensates")
        #expect(try app.state(of: "Counter", key: "saga")["total"] == Array("1".utf8))
        try app.cancel(id)
        #expect(try app.output(of: id) == Array("\"compensated 409\"".utf8))
        #expect(try app.state(of: "Counter", key: "saga")["total"] == Array("0".utf8))
        #expect(try app.state(of: "Counter", key: "other")["total"] == nil)
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func killsWithoutCompensation(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Caller", "compensates")
        try app.control(id, .kill)
        #expect(throws: TerminalError("killed", code: 409)) { try app.output(of: id) }
        #expect(try app.state(of: "Counter", key: "saga")["total"] == Array("1".utf8))
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test(arguments: crashes) func pausesAndResumes(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Counter", key: "pause", "slowAdd", payload: Array("5".utf8))
        try app.control(id, .pause)
        try app.advance(by: .seconds(60))
        #expect(try app.output(of: id) == nil)
        #expect(app.statistics?.parkedKeys == 1)
        try app.control(id, .resume)
        #expect(try app.output(of: id) == Array("5".utf8))
        #expect(app.statistics?.parkedKeys == 0)
    }

    // MARK: Workflows

    @Test(arguments: crashes) func runsAWorkflowOnceAndCompletesItsPromise(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let id = try app.start("Signup", key: "ada", "run", payload: Array("\"ada@example.org\"".utf8))
        let again = try app.start("Signup", key: "ada", "run", payload: Array("\"other\"".utf8))
        #expect(id == again)
        #expect(try app.output(of: id) == nil)
        let before: String? = try app.call(Signup.self, key: "ada", "peek")
        #expect(before == nil)
        let first: Bool = try app.call(Signup.self, key: "ada", "click", "secret")
        let second: Bool = try app.call(Signup.self, key: "ada", "click", "late")
        #expect(first && !second)
        #expect(try app.output(of: id) == Array("\"ada@example.org secret\"".utf8))
        #expect(try app.state(of: "Signup", key: "ada")["status"] == Array("\"verified\"".utf8))
        try app.advance(by: .seconds(25 * 3600))
        #expect(try app.state(of: "Signup", key: "ada").isEmpty)
        #expect(throws: TerminalError.self) { try app.output(of: id) }
    }

    /// A promise may be completed before `run`; it goes with the workflow. (That of a workflow that never runs stays, as with Restate.)
    @Test(arguments: crashes) func aPromiseOfBeforeGoesWithItsWorkflow(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes)
        let clicked: Bool = try app.call(Signup.self, key: "ada", "click", "early")
        #expect(clicked)
        try app.advance(by: .seconds(25 * 3600))
        let id = try app.start("Signup", key: "ada", "run", payload: Array("\"a\"".utf8))
        #expect(try app.output(of: id) == Array("\"a early\"".utf8))
        try app.control(id, .purge)
        let after: String? = try app.call(Signup.self, key: "ada", "peek")
        #expect(after == nil)
        #expect(try app.state(of: "Signup", key: "ada").isEmpty)
    }

    /// Without retention the state and the promises stayed for ever, and were found by the next run.
    @Test(arguments: crashes) func nothingStaysOfAWorkflowWithoutRetention(crashes: TestApplication.Crashes) throws {
        let app = try makeApplication(crashes) { $0.limits.workflowRetention = .zero }
        for secret in ["one", "two"] {
            let clicked: Bool = try app.call(Signup.self, key: "ada", "click", secret)
            #expect(clicked)
            try app.start("Signup", key: "ada", "run", payload: Array("\"a\"".utf8))
            let after: String? = try app.call(Signup.self, key: "ada", "peek")
            #expect(after == nil)
            #expect(try app.state(of: "Signup", key: "ada").isEmpty)
        }
        #expect(world["mail"] >= 2)
    }

    // MARK: Memory

    @Test func releasesWhatWaitsForLongAndReplaysIt() throws {
        let app = try makeApplication(.never) { $0.limits.inactivityTimeout = .seconds(1) }
        let id = try app.start("Counter", key: "idle", "slowAdd", payload: Array("3".utf8))
        #expect(app.statistics?.waitingInvocations == 1)
        try app.advance(by: .seconds(2))
        #expect(app.statistics?.waitingInvocations == 0)
        try app.advance(by: .seconds(8))
        #expect(try app.output(of: id) == Array("3".utf8))
        #expect(app.failures == [])
    }

    @Test func keepsFewWaitingHandlersInMemory() throws {
        let app = try makeApplication(.never) { $0.limits.loadedInvocations = 4 }
        var ids: [InvocationID] = []
        for number in 0..<100 {
            ids.append(try app.start("Counter", key: ObjectKey("m\(number)"), "slowAdd", payload: Array("1".utf8)))
        }
        #expect(app.statistics?.waitingInvocations ?? 0 <= 4 * 4)
        try app.advance(by: .seconds(10))
        for id in ids { #expect(try app.output(of: id) == Array("1".utf8)) }
        #expect(app.failures == [])
    }
}
