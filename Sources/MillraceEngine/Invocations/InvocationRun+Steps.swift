import Millrace
import MillraceProtocol

/// Durable steps.
extension InvocationRun {
    /// What is known of a step's failures in this attempt.
    struct StepFailure {
        var attempts = 0
        var firstMilliseconds: Int64
    }

    /// A step whose function runs.
    struct OpenStep {
        let id: UInt32
        let name: String
        /// When it began, in milliseconds since 1970.
        let since: Int64
        /// Whether its shard looks at the time by which it has to be done.
        var isWatched = false
    }

    func beginStep(_ name: String, _ ticket: UInt64) throws -> (id: UInt32, isRecorded: Bool) {
        try checkWaiting(ticket)
        let number = nextCompletion()
        _ = try command(RunCommand(resultCompletionID: number, name: name))
        return (number, arrived[.completion(number)] != nil)
    }

    func startTask(_ operation: @escaping @Sendable () async -> Void) {
        openTasks += 1
        tasks.append(
            Task<Void, Never>(executorPreference: shard.executor) {
                await operation()
                self.openTasks -= 1
            })
    }

    func isAtStake(_ ticket: UInt64) throws -> Bool {
        try checkWaiting(ticket)
        return dependsOnBatch > shard.durableBatch && shard.settings.mistake != .stepsRunEarly
    }

    func durability(_ ticket: UInt64) async throws {
        try await unsafe withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
            shard.waitForDurability(unsafe HeldTask(self, continuation), dependsOnBatch)
        }
    }

    func openStep(_ id: UInt32, _ name: String, _ ticket: UInt64) throws {
        try checkWaiting(ticket)
        openSteps.append(OpenStep(id: id, name: name, since: shard.now))
    }

    func endStep(_ id: UInt32, _ result: DurableResult, _ ticket: UInt64) throws {
        // The step's own task local is still set in a step that was started beside the handler.
        guard ticket == self.ticket, isRunning, shard.executor.isCurrentThread else { throw InvocationReleased() }
        shard.activate(self)
        openSteps.removeAll { $0.id == id }
        if !stepFailures.isEmpty { stepFailures[id] = nil }
        arrive(
            Notification(type: .runCompletion, id: .completion(id), result: Notification.Result(result.outcome)))
        // What the step did cannot be taken back, so neither may its result be, whatever the handler does next.
        if shard.settings.mistake != .stepResultsAreTakenBack { shard.save(self) }
        shard.ready(self)
    }

    func stepFailed(
        _ id: UInt32, _ name: String, _ error: any Error, _ policy: RetryPolicy?, _ ticket: UInt64
    ) async throws {
        guard ticket == self.ticket, isRunning, shard.executor.isCurrentThread else { throw InvocationReleased() }
        shard.activate(self)
        openSteps.removeAll { $0.id == id }
        var failure = stepFailures[id] ?? StepFailure(firstMilliseconds: shard.now)
        failure.attempts += 1
        stepFailures[id] = failure
        let pause: Int64
        if let after = error as? RetryAfter {
            failure.attempts -= 1
            stepFailures[id] = failure
            pause = after.delay.wholeMilliseconds
        } else if let policy {
            guard
                let next = policy.pauseMilliseconds(
                    afterAttempts: failure.attempts, elapsedMilliseconds: shard.now - failure.firstMilliseconds)
            else {
                openSteps.append(OpenStep(id: id, name: name, since: shard.now))
                throw TerminalError("step '\(name)' failed \(failure.attempts) times: \(error)")
            }
            pause = next
        } else {
            // Without a policy of its own it is the invocation that fails, and is tried again from the journal.
            abortion = StepFailed(name: name, cause: error)
            throw InvocationReleased()
        }
        shard.stepRetrying(self, name, attempt: failure.attempts, pauseMilliseconds: pause, error)
        try await unsafe withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
            shard.waitUntil(shard.now + pause, unsafe HeldTask(self, continuation))
        }
    }
}

/// A step failed that is to be tried again with its invocation.
struct StepFailed: Error, CustomStringConvertible {
    let name: String
    let cause: any Error
    var description: String { "step '\(name)': \(cause)" }
}

/// A step has not returned in the time that it has. It may still be at work; what it returns is not looked at.
struct StepTimedOut: Error, CustomStringConvertible {
    let milliseconds: Int64
    var description: String {
        "it has not returned within \(Double(milliseconds) / 1000) s (inactivityTimeout and abortTimeout): give what it waits for a timeout of its own, or the handler a longer abortTimeout"
    }
}

extension Notification.Result {
    init(_ outcome: Outcome) {
        switch outcome {
        case .value(let value): self = .value(value)
        case .failure(let failure): self = .failure(failure)
        }
    }
}
