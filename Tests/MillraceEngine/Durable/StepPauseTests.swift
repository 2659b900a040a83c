import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

/// Notes when nobody holds it any more.
private final class Witness: Sendable {
    let world: World
    init(_ world: World) { self.world = world }
    deinit { _ = world.happen("freed") }
}

private let hourly = RetryPolicy(initial: .seconds(3600), maxInterval: .seconds(3600))
private let slowly = RetryPolicy(initial: .seconds(10))

@Service
private struct Pausing {
    let world: World

    private func flaky() throws -> Int {
        let count = world.happen("flaky")
        if count < 2 { throw Flaky() }
        return count
    }

    @Handler func alone(_ context: ServiceContext) async throws -> Int {
        defer { _ = world.happen("unwound") }
        return try await context.run("flaky", retry: hourly) { try flaky() }
    }

    /// Is done before its step is.
    @Handler func leaves(_ context: ServiceContext) async throws -> String {
        let witness = Witness(world)
        _ = context.start("flaky", retry: hourly) { () -> Int in
            _ = witness
            throw Flaky()
        }
        try await context.sleep(for: .seconds(1))
        return "left"
    }

    /// What the documentation advises against, and what no handler may be stuck with all the same.
    @Handler func both(_ context: ServiceContext) async throws -> String {
        async let step = context.run("flaky", retry: slowly) { try flaky() }
        let signal = try await context.signal("go", as: String.self).value
        return "\(signal) \(try await step)"
    }
}

/// Steps between two attempts.
@Suite(.timeLimit(.minutes(5))) struct StepPauseTests {
    private let world = World()

    private func app(_ adjust: (inout EngineOptions) -> Void = { _ in }) throws -> TestApplication {
        try TestApplication([Pausing(world: world).definition], .never, adjusting: adjust)
    }

    /// The task of a handler that was taken out of memory lived on until the pause of its step was over.
    @Test func aHandlerThatIsKilledIsUnwoundAtOnce() throws {
        let app = try app()
        let invocation = try app.start(Pausing.self) { $0.alone() }
        #expect(app.failures.count == 1, "\(app.failures)")
        #expect(world["unwound"] == 0)
        try app.kill(invocation.id)
        #expect(world["unwound"] == 1)
        try app.advance(by: .seconds(7200))
        #expect(world["flaky"] == 1)
        #expect(world["unwound"] == 1)
    }

    /// A step beside a handler that has ended was kept until its pause was over.
    @Test func aStepOfAHandlerThatHasEndedIsForgottenAtOnce() throws {
        let app = try app()
        let invocation = try app.start(Pausing.self) { $0.leaves() }
        #expect(world["freed"] == 0)
        try app.advance(by: .seconds(1))
        #expect(try app.result(of: invocation) == "left")
        #expect(world["freed"] == 1)
    }

    /// A handler that waited for something else meanwhile was released, and its step was not tried again until that came.
    @Test func aHandlerIsNotReleasedWhileAStepIsToBeTriedAgain() throws {
        let app = try app { $0.limits.inactivityTimeout = .seconds(1) }
        let invocation = try app.start(Pausing.self) { $0.both() }
        #expect(world["flaky"] == 1)
        try app.advance(by: .seconds(9))
        #expect(app.statistics?.waitingInvocations == 1)
        try app.advance(by: .seconds(1))
        #expect(world["flaky"] == 2)
        try app.signal("go", to: invocation.id, "now")
        #expect(try app.result(of: invocation) == "now 2")
    }

    @Test func aHandlerGoesOnWithItsStepAfterThePause() throws {
        let app = try app()
        let invocation = try app.start(Pausing.self) { $0.alone() }
        try app.advance(by: .seconds(3600))
        #expect(try app.result(of: invocation) == 2)
        #expect(world["unwound"] == 1)
    }
}
