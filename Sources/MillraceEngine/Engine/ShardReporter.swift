import Millrace

/// Passes what shards tell on to the engine's observer.
final class ShardReporter: ShardObserver {
    private let observer: any EngineObserver

    init(_ observer: any EngineObserver) { self.observer = observer }

    func retrying(
        service: String, handler: String, key: ObjectKey, source: StoredInvocation.Source?, attempt: Int,
        pauseMilliseconds: Int64, error: String
    ) {
        observer.invocationRetrying(
            FailureEvent(
                service: service, handler: handler, key: key, source: Self.words(source), attempts: attempt,
                error: error),
            pauseMilliseconds: pauseMilliseconds)
    }

    func parked(
        service: String, handler: String, key: ObjectKey, source: StoredInvocation.Source?, attempts: Int, error: String
    ) {
        observer.keyParked(
            FailureEvent(
                service: service, handler: handler, key: key, source: Self.words(source), attempts: attempts,
                error: error))
    }

    func skipped(
        service: String, handler: String, key: ObjectKey, source: StoredInvocation.Source?, attempts: Int, error: String
    ) {
        observer.recordSkipped(
            FailureEvent(
                service: service, handler: handler, key: key, source: Self.words(source), attempts: attempts,
                error: error))
    }

    func failed(_ event: TerminalFailureEvent) { observer.invocationFailed(event) }

    func deadlocked(service: String, handler: String, key: ObjectKey, waiting: InvocationID, holding: InvocationID) {
        observer.warning(
            "deadlock: \(service)/\(handler) of key '\(key)' (\(waiting)) stands in line behind \(holding), which waits for it"
        )
    }

    func schedule(_ event: ScheduleEvent) { observer.schedule(event) }

    func deadlockFound(_ ring: DeadlockProbe, failing hop: DeadlockProbe.Hop?) {
        let end =
            hop.map { hop in
                let what = hop.isJoined ? "the wait of \(hop.holder)" : "the call \(hop.needed.id)"
                return "\(what) fails, so that the others go on"
            } ?? "cancel one of them, so that the others go on"
        observer.warning("deadlock: \(ring.words); \(end)")
    }

    func contextMisused(_ error: any Error) { observer.warning("\(error)") }

    private static func words(_ source: StoredInvocation.Source?) -> String? {
        source.map { "\($0.record.topic)/\($0.record.partition)@\($0.record.offset)" }
    }
}
