import Millrace

/// What a shard tells about its work, for logs and metrics. Called on the shard's thread, rarely.
protocol ShardObserver: AnyObject, Sendable {
    /// An invocation has failed, and will be tried again.
    func retrying(
        service: String, handler: String, key: ObjectKey, source: StoredInvocation.Source?, attempt: Int,
        pauseMilliseconds: Int64, error: String)
    /// A key has been parked, or its partition stopped.
    func parked(
        service: String, handler: String, key: ObjectKey, source: StoredInvocation.Source?, attempts: Int, error: String
    )
    /// A record or invocation has been dropped, by its policy.
    func skipped(
        service: String, handler: String, key: ObjectKey, source: StoredInvocation.Source?, attempts: Int, error: String
    )
    /// An invocation has ended with an error, and nobody waits for its result.
    func failed(_ event: TerminalFailureEvent)
    /// An invocation stands in line behind one that, through calls, waits for it.
    func deadlocked(service: String, handler: String, key: ObjectKey, waiting: InvocationID, holding: InvocationID)
    /// A schedule has been set up or taken away, or has missed ticks.
    func schedule(_ event: ScheduleEvent)
    /// Invocations wait for each other in a ring; that hop's wait fails, where one does.
    func deadlockFound(_ ring: DeadlockProbe, failing hop: DeadlockProbe.Hop?)
    func contextMisused(_ error: any Error)
}
