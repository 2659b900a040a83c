import Millrace
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// What once went wrong with handlers that wait; most of it was found by the simulator.
@Suite("Handlers that wait: what once went wrong", .serialized, .timeLimit(.minutes(5)))
struct DurableRegressionTests {
    private let diary = Diary()

    private func service(
        _ name: String = "Service", _ body: @escaping @Sendable (ServiceContext, String) async throws -> String
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .service,
            handlers: [.suspending("run", ServiceContext.init, input: .text, output: .text, body)])
    }

    private func object(
        _ name: String = "Object", _ body: @escaping @Sendable (ObjectContext, String) async throws -> String
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .virtualObject,
            handlers: [.suspending("run", ObjectContext.init, input: .text, output: .text, body)])
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    // MARK: Steps

    /// The run that had failed served the next invocation, which failed with the old error at its first step, for ever.
    @Test func aStepThatFailedFirstIsTriedAgain() throws {
        let app = try TestApplication(definitions: [
            service { [diary] context, _ in
                try await context.run("step", serde: .text) {
                    diary.add("step")
                    if diary.count("step") == 1 { throw Failure() }
                    return "done"
                }
            }
        ])
        let id = try app.start("Service", "run")
        try app.advance(by: .seconds(1))
        #expect(text(try app.output(of: id)) == "done")
        #expect(diary.count("step") == 2)
    }

    /// A step ran before the result that had led to it was durable, when that came for a handler that was not in memory.
    @Test func aStepOfAReplayedHandlerWaitsForWhatHasJustCome() throws {
        let harness = try SteppedHarness(
            [
                object { [diary] context, _ in
                    let answer = try await context.signal("answer", as: String.self, serde: .text).value
                    return try await context.run("step", serde: .text) {
                        diary.add(answer)
                        return answer
                    }
                }
            ]
        ) { $0.limits.inactivityTimeout = .milliseconds(10) }
        let id = Kept<InvocationID>()
        try harness.engine.desk.invoke(
            HandlerTarget(service: "Object", handler: "run", key: Array("k".utf8)), payload: [],
            accepted: { id.put($0) })
        try harness.settle()
        try harness.advance(byMilliseconds: 20)
        #expect(harness.engine.statistics.waitingInvocations == 0)
        harness.engine.desk.signal(try #require(id.value), .name("answer"), .value(Array("yes".utf8)))
        try harness.turn()
        try harness.turn()
        #expect(diary.all == [])
        try harness.settle()
        #expect(diary.all == ["yes"])
    }

    /// A turn that only answers, as for a duplicate, writes nothing, and nobody woke the flusher, which tells the answers: they waited
    /// for its next look, up to a second.
    @Test func anAnswerThatNeedsNoWriteIsToldAtOnce() throws {
        let harness = try SteppedHarness([object { _, _ in "result" }])
        let answers = Kept<[DurableResult]>()
        answers.put([])
        for _ in 1...2 {
            try harness.engine.desk.invoke(
                HandlerTarget(service: "Object", handler: "run", key: Array("k".utf8), idempotencyKey: "once"),
                payload: [], answer: { answers.put((answers.value ?? []) + [$0]) })
            try harness.settle()
        }
        #expect(answers.value?.count == 2)
        #expect(harness.engine.statistics.invocations == 1)
    }

    /// What had come while a replayed handler waited for something else was taken to be in the batch in which the handler took note
    /// of it, which might never be written: the step waited for that, and its group of shards did not rest meanwhile.
    @Test func aStepDoesNotWaitForABatchThatNeverComes() throws {
        let gate = Gate()
        let harness = try SteppedHarness([
            object { [diary] context, _ in
                await gate.wait()
                let step = context.start("step", serde: .text) {
                    diary.add("step")
                    return "step"
                }
                let signal = context.signal("go", as: String.self, serde: .text)
                return try await DurableFuture.all([signal, step]).value.joined(separator: " ")
            }
        ])
        let id = Kept<InvocationID>()
        try harness.engine.desk.invoke(
            HandlerTarget(service: "Object", handler: "run", key: Array("k".utf8)), payload: [],
            accepted: { id.put($0) })
        try harness.settle()
        gate.open()
        // The step is begun durably, and the process dies before it runs.
        try harness.turn()
        _ = try harness.engine.sync()
        try harness.reopen()
        try harness.settle()
        harness.engine.desk.signal(try #require(id.value), .name("go"), .value(Array("go".utf8)))
        try harness.settle()
        gate.open()
        for _ in 1...5 {
            try harness.turn()
            _ = try harness.engine.sync()
            harness.engine.release(upTo: harness.engine.commits.durable)
        }
        #expect(diary.all == ["step"])
        #expect(harness.engine.statistics.busyKeys == 0)
    }

    /// A step of an invocation that another one had sent ran before it was durable that this was sent at all.
    @Test func aStepWaitsForWhoSentItsInvocation() throws {
        let harness = try SteppedHarness(
            [
                service("Sender") { context, _ in
                    try await context.sleep(for: .milliseconds(10))
                    context.send(service: "Service", handler: "run")
                    return ""
                },
                service { [diary] context, _ in
                    try await context.run("step") { diary.add("step") }
                    return ""
                },
            ], sink: ("Sender", "run"), key: .none)
        try harness.engine.desk.invoke(HandlerTarget(service: "Sender", handler: "run", key: []), payload: [])
        try harness.settle()
        harness.now += 10
        try harness.turn()
        try harness.turn()
        #expect(diary.all == [])
        try harness.settle()
        #expect(diary.all == ["step"])
    }

    /// The same, where the first attempt of what was sent had waited and failed.
    @Test func aStepOfALaterAttemptWaitsForWhoSentItsInvocation() throws {
        let gate = Gate()
        let harness = try SteppedHarness(
            [
                service("Sender") { context, _ in
                    try await context.sleep(for: .milliseconds(10))
                    context.send(service: "Service", handler: "run")
                    return ""
                },
                service { [diary] context, _ in
                    await gate.wait()
                    diary.add("attempt")
                    if diary.count("attempt") == 1 { throw Failure() }
                    try await context.run("step") { diary.add("step") }
                    return ""
                },
            ], sink: ("Sender", "run"), key: .none)
        try harness.engine.desk.invoke(HandlerTarget(service: "Sender", handler: "run", key: []), payload: [])
        try harness.settle()
        harness.now += 10
        for _ in 1...2 {
            try harness.turn()
            gate.open()
            try harness.turn()
            harness.now += 1_000
        }
        try harness.turn()
        #expect(diary.all == ["attempt", "attempt"])
        try harness.settle()
        #expect(diary.all == ["attempt", "attempt", "step"])
    }

    /// A step beside the handler that waited for its turn when the handler ended let the handler end once more, and the next one
    /// of its key was lost, or the process died.
    @Test func aStepThatNobodyAwaitsEndsWithItsHandler() throws {
        let app = try TestApplication(definitions: [
            object { [diary] context, name in
                try await context.sleep(for: .seconds(1))
                diary.add(name)
                if name == "first" { _ = context.start("beside", serde: .text) { "step" } }
                return name
            }
        ])
        let ids = try ["first", "second", "third"].map {
            try app.start("Object", key: "k", "run", payload: Array($0.utf8))
        }
        try app.advance(by: .seconds(10))
        #expect(try ids.map { text(try app.output(of: $0)) } == ["first", "second", "third"])
        #expect(diary.all == ["first", "second", "third"])
        #expect(app.statistics?.busyKeys == 0)
    }

    // MARK: Requests

    /// Numbers of requests began anew with each process: what an old one had been waiting for was told to another one.
    @Test func nobodyGetsTheAnswerToSomebodyElsesRequest() throws {
        let harness = try SteppedHarness([
            object { context, seconds in
                try await context.sleep(for: .seconds(Int(seconds) ?? 0))
                return seconds
            }
        ])
        let answers = Kept<[String]>()
        func ask(_ seconds: String) throws {
            try harness.engine.desk.invoke(
                HandlerTarget(service: "Object", handler: "run", key: Array(seconds.utf8)),
                payload: Array(seconds.utf8),
                answer: { if case .value(let value) = $0 { answers.put([String(decoding: value, as: UTF8.self)]) } })
        }
        try ask("10")
        try harness.settle()
        try harness.reopen()
        try ask("60")
        try harness.settle()
        try harness.advance(byMilliseconds: 10_000)
        #expect(answers.value == nil)
        try harness.advance(byMilliseconds: 60_000)
        #expect(answers.value == ["60"])
    }

    // MARK: Workflows

    /// A `run` that a record had started and that failed at first was not known while it waited for its next attempt: the next
    /// record of its key started it once more.
    @Test func aWorkflowThatFailedAtFirstIsNotStartedAgain() throws {
        let app = try TestApplication(definitions: [
            ServiceDefinition(
                name: "Flow", kind: .workflow,
                handlers: [
                    HandlerDefinition.suspending("run", WorkflowContext.init) { [diary] context in
                        diary.add("attempt")
                        if diary.count("attempt") == 1 { throw Failure() }
                        try await context.sleep(for: .seconds(1))
                        diary.add("end")
                    }.kind(.workflow)
                ])
        ])
        for _ in 1...2 { try app.send(record: [], key: "k", to: "Flow", "run") }
        try app.advance(by: .seconds(60))
        #expect(diary.count("end") == 1)
        #expect(app.statistics?.busyKeys == 0)
    }

    // MARK: Memory

    /// A handler whose step beside it had ended was released from memory before it had learned that, when its turn had done enough and
    /// its shard had too many handlers in memory. Nothing was left that would have woken it.
    @Test func whoHasNewsIsNotReleased() throws {
        let (gate, other) = (Gate(), Gate())
        let harness = try SteppedHarness([
            object { [diary] context, _ in
                let step = context.start("step", serde: .text) {
                    await gate.wait()
                    return "step"
                }
                diary.add(try await step.value)
                return ""
            },
            service { _, _ in
                // Nobody can release it.
                await other.wait()
                return ""
            },
            Scripted.object("Direct") { _, _ in },
        ]) {
            $0.shardCount = 1
            $0.limits.turnInvocations = 1
            $0.limits.loadedInvocations = 1
        }
        for service in ["Service", "Object"] {
            try harness.engine.desk.invoke(HandlerTarget(service: service, handler: "run", key: []), payload: [])
            try harness.settle()
        }
        gate.open()
        for key in ["a", "b"] {
            try harness.engine.desk.invoke(
                HandlerTarget(service: "Direct", handler: "run", key: Array(key.utf8)), payload: [])
        }
        try harness.settle()
        #expect(diary.all == ["step"])
        other.open()
        try harness.settle()
        #expect(harness.engine.statistics.busyKeys == 0)
    }

    /// A later attempt's news was taken for the waiting of an earlier one, which had counted as far; the handler was released before it had
    /// learned of it.
    @Test func anAttemptIsNotReleasedForAnotherOnesIdleness() throws {
        let harness = try SteppedHarness([
            object { [diary] context, _ in
                for name in ["a", "b"] {
                    _ = try await context.signal(name, as: String.self, serde: .text).value
                }
                diary.add("attempt")
                if diary.count("attempt") == 1 { throw Failure() }
                for name in ["c", "d"] {
                    diary.add(try await context.signal(name, as: String.self, serde: .text).value)
                }
                return ""
            },
            Scripted.object("Direct") { _, _ in },
        ]) {
            $0.shardCount = 1
            $0.limits.turnInvocations = 1
            $0.limits.inactivityTimeout = .seconds(1)
            $0.limits.retry = RetryPolicy(initial: .milliseconds(500))
        }
        let id = Kept<InvocationID>()
        try harness.engine.desk.invoke(
            HandlerTarget(service: "Object", handler: "run", key: []), payload: [], accepted: { id.put($0) })
        try harness.settle()
        func signal(_ name: String) throws {
            harness.engine.desk.signal(try #require(id.value), .name(name), .value(Array(name.utf8)))
        }
        for name in ["a", "b"] {
            try signal(name)
            try harness.settle()
        }
        try harness.advance(byMilliseconds: 500)
        #expect(diary.all == ["attempt", "attempt"])
        harness.now += 500
        // The turn has done enough before the signals come.
        for key in ["a", "b"] {
            try harness.engine.desk.invoke(
                HandlerTarget(service: "Direct", handler: "run", key: Array(key.utf8)), payload: [])
        }
        for name in ["c", "d"] { try signal(name) }
        try harness.settle()
        #expect(diary.all.suffix(2) == ["c", "d"])
        #expect(harness.engine.statistics.busyKeys == 0)
    }

    // MARK: What people do

    /// A key that was paused twice counted as two, and when it was resumed as one.
    @Test func aKeyThatIsPausedTwiceIsParkedOnce() throws {
        let app = try TestApplication(definitions: [
            object { context, _ in
                try await context.sleep(for: .seconds(10))
                return "slept"
            }
        ])
        let id = try app.start("Object", key: "k", "run")
        for _ in 1...2 { try app.pause(id) }
        #expect(app.statistics?.parkedKeys == 1)
        try app.resume(id)
        #expect(app.statistics?.parkedKeys == 0)
        try app.advance(by: .seconds(10))
        #expect(text(try app.output(of: id)) == "slept")
    }

    /// Killing ended what had been sent, too, and not only what had been called.
    @Test func killingLeavesAloneWhatWasOnlySent() throws {
        let app = try TestApplication(definitions: [
            service("Sender") { context, _ in
                context.send(service: "Object", handler: "run", key: "sent", payload: Array("sent".utf8))
                return String(
                    decoding: try await context.call(
                        service: "Object", handler: "run", key: "called", payload: Array("called".utf8)
                    ).value, as: UTF8.self)
            },
            object { [diary] context, name in
                try await context.sleep(for: .seconds(10))
                diary.add(name)
                return name
            },
        ])
        let id = try app.start("Sender", "run")
        try app.kill(id)
        try app.advance(by: .seconds(10))
        #expect(diary.all == ["sent"])
    }
}

/// A value that arrives from a callback.
private final class Kept<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)
    var value: Value? { stored.withLock { $0 } }
    func put(_ value: Value) { stored.withLock { $0 = value } }
}
