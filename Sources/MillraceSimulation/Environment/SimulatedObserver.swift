import MillraceEngine

/// Puts what the engine tells into the trace, and what it must never tell into the violations.
///
/// Used by the one thread of a simulation; that makes `@unchecked Sendable` true.
final class SimulatedObserver: EngineObserver, @unchecked Sendable {
    private unowned let environment: SimulatedEnvironment

    init(_ environment: SimulatedEnvironment) { self.environment = environment }

    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {}
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) {
        environment.trace("  retrying \(event.service)/\(event.key) in \(pauseMilliseconds) ms: \(event.error)")
        checkError(event)
    }
    func keyParked(_ event: FailureEvent) {
        environment.trace("  parked \(event.service)/\(event.key): \(event.error)")
        checkError(event)
        if event.handler == ScriptedServices.strict {
            environment.cover(.exhaustedParked)
        } else if environment.plan.kind == .scripts {
            environment.violate("\(event.service)/\(event.key) is parked: \(event.error)")
        }
    }
    func recordSkipped(_ event: FailureEvent) {
        environment.trace("  skipped \(event.service)/\(event.key): \(event.error)")
    }
    func invocationFailed(_ event: TerminalFailureEvent) {
        environment.trace("  ended with an error: \(event.service)/\(event.key): \(event.error)")
    }
    func handlerBlocked(_ event: BlockedHandlerEvent) {}
    /// Scripts fail where they are meant to; any other error is the engine's.
    private func checkError(_ event: FailureEvent) {
        guard environment.plan.kind == .scripts, !event.error.contains(SimulatedScriptFailure.mark),
            !environment.gaveUp(event)
        else { return }
        environment.violate("\(event.service)/\(event.key) fails: \(event.error)")
    }

    func warning(_ message: String) {
        // Some scripts wait for themselves on purpose, and are told so.
        if environment.plan.kind == .scripts, message.hasPrefix("deadlock:") { return }
        environment.violate("the engine warns: \(message)")
    }
    func storageBlocked(_ error: StoreFailure) {}
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) { environment.violate("the storage failed: \(error.message)") }
}
