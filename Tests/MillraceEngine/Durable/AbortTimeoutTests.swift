import Millrace
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

private let timeouts = HandlerOptions(inactivityTimeout: .seconds(2), abortTimeout: .seconds(5))

/// What steps of the test wait for: the first run of each does not return before the gate is open.
private final class Hanging: Sendable {
    let gate = Gate()
    let world = World()
    let wasCancelled = Mutex(false)

    func step(_ name: String) async -> String {
        let run = world.happen(name)
        if run == 1 {
            await gate.wait()
            if Task.isCancelled { wasCancelled.withLock { $0 = true } }
        }
        return "run \(run)"
    }
}

@VirtualObject(options: timeouts)
private struct Requests {
    let hanging: Hanging

    @Handler func once(_ context: ObjectContext) async throws -> String {
        let before = try await context.run("before") { hanging.world.happen("before") }
        let answer = try await context.run("request") { await hanging.step("request") }
        return "\(before) \(answer)"
    }

    @Handler func beside(_ context: ObjectContext) async throws -> String {
        try await context.start("request") { await hanging.step("request") }.value
    }

    @Handler(options: HandlerOptions(retry: .never, onExhaustion: .kill))
    func givesUp(_ context: ObjectContext) async throws -> String {
        try await context.run("request") { await hanging.step("request") }
    }

    @Handler func next(_ context: ObjectContext) async throws -> String { "next" }
}

/// Steps that never return hold their key for a limited time.
@Suite(.timeLimit(.minutes(5))) struct AbortTimeoutTests {
    private let hanging = Hanging()

    private func app() throws -> TestApplication { try TestApplication([Requests(hanging: hanging)]) }

    private func finish(_ app: TestApplication) throws {
        // What the step returns after all comes too late to count.
        hanging.gate.open()
        try app.settle()
    }

    @Test(arguments: [false, true]) func failsTheAttemptAndTriesAgain(beside: Bool) throws {
        let app = try app()
        let invocation = try app.start(Requests.self, key: "a") { beside ? $0.beside() : $0.once() }
        let next = try app.start(Requests.self, key: "a") { $0.next() }
        try app.advance(by: .milliseconds(6_999))
        #expect(app.failures == [])
        #expect(try app.result(of: next) == nil)
        try app.advance(by: .milliseconds(1))
        #expect(app.failures.count == 1)
        #expect(app.failures[0].hasPrefix("retrying in 500 ms"), "\(app.failures)")
        #expect(app.failures[0].contains("step 'request': it has not returned within 7.0 s"), "\(app.failures)")
        try app.advance(by: .milliseconds(500))
        let result = beside ? "run 2" : "1 run 2"
        #expect(try app.result(of: invocation) == result)
        #expect(try app.result(of: next) == "next")
        #expect(hanging.world["before"] == (beside ? 0 : 1))
        try finish(app)
        #expect(try app.result(of: invocation) == result)
        #expect(hanging.wasCancelled.withLock { $0 })
        #expect(app.failures.count == 1)
        #expect(app.statistics?.busyKeys == 0)
    }

    @Test func countsForTheRetryPolicy() throws {
        let app = try app()
        let invocation = try app.start(Requests.self, key: "a") { $0.givesUp() }
        let next = try app.start(Requests.self, key: "a") { $0.next() }
        try app.advance(by: .seconds(7))
        let error = #expect(throws: TerminalError.self) { try app.result(of: invocation) }
        #expect(error?.message.contains("has not returned within 7.0 s") == true)
        #expect(try app.result(of: next) == "next")
        try finish(app)
        #expect(hanging.world["request"] == 1)
    }

    @Test func aStepThatIsSlowIsNotGivenUp() throws {
        let app = try app()
        let invocation = try app.start(Requests.self, key: "a") { $0.once() }
        try app.advance(by: .milliseconds(6_999))
        try finish(app)
        #expect(try app.result(of: invocation) == "1 run 1")
        try app.advance(by: .seconds(60))
        #expect(app.failures == [])
        #expect(!hanging.wasCancelled.withLock { $0 })
    }
}
