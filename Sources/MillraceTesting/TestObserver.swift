import Millrace
import MillraceEngine
import Synchronization

/// Keeps what the engine tells, in words.
final class TestObserver: EngineObserver {
    private let lines = Mutex<[String]>([])

    var failures: [String] { lines.withLock { $0 } }

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
    func handlerBlocked(_ event: BlockedHandlerEvent) {}
    func warning(_ message: String) { add("warning: \(message)") }
    func storageBlocked(_ error: StoreFailure) { add("storage blocked: \(error.message)") }
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) { add("storage failed: \(error.message)") }
}
