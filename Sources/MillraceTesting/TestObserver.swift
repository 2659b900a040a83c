import Millrace
import MillraceEngine
import Synchronization

/// Keeps what the engine tells, in words.
final class TestObserver: EngineObserver {
    private let lines = Mutex<[String]>([])
    /// The invocations that the test has started.
    private let requested = Mutex<Set<InvocationID>>([])

    var failures: [String] { lines.withLock { $0 } }

    func requests(_ id: InvocationID) { requested.withLock { _ = $0.insert(id) } }

    private func add(_ line: String) { lines.withLock { $0.append(line) } }

    private func words(_ event: FailureEvent) -> String {
        "\(event.service)/\(event.handler) of '\(event.key)' (attempt \(event.attempts)): \(event.error)"
    }

    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {}
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) {
        add("retrying in \(pauseMilliseconds) ms: \(words(event))")
    }
    func keyParked(_ event: FailureEvent) { add("parked: \(words(event))") }
    func recordSkipped(_ event: FailureEvent) { add("skipped: \(words(event))") }
    func invocationFailed(_ event: TerminalFailureEvent) {
        // The result of what the test itself asked for it looks at where it wants.
        guard !requested.withLock({ $0.contains(event.invocation) }) else { return }
        add("ended with an error: \(event.service)/\(event.handler) of '\(event.key)': \(event.error)")
    }
    func handlerBlocked(_ event: BlockedHandlerEvent) {}
    func warning(_ message: String) { add("warning: \(message)") }
    func storageBlocked(_ error: StoreFailure) { add("storage blocked: \(error.message)") }
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) { add("storage failed: \(error.message)") }
}
