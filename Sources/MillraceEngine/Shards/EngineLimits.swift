package import Millrace

/// Limits of what handlers may do, and of what a shard does in one turn.
package struct EngineLimits: Sendable {
    /// The largest state value.
    package var maxStateBytes = 32 << 20
    /// The largest key.
    package var maxKeyBytes = 64 << 10
    /// The largest input of an invocation.
    package var maxPayloadBytes = 32 << 20
    /// The largest record, for each sink.
    var maxRecordBytes: [Int] = []
    /// How many records a thread's turn takes, about: then it commits.
    package var turnRecords = 16_384
    /// How many timers, queued invocations and local sends a shard handles in one turn.
    package var turnInvocations = 4_096
    /// How many timers of one shard are in memory.
    package var timersInMemory = 65_536
    /// How many bytes of output a shard may have in blocks and on the way before sources pause: to store what a sink is slow to take
    /// costs more than to wait for it. From twice as much on, for one sink, its records are stored in the outbox.
    package var maxUndeliveredBytes = 4 << 20
    /// How many waiting invocations of one shard are in memory; those that have waited longest are released first. Each takes some 7 kB. It must
    /// not be less than what a turn brings a shard: what is released while it is about to go on is replayed for nothing.
    package var loadedInvocations = 896
    // What holds for handlers that say nothing else.
    package var inactivityTimeout = Duration.seconds(60)
    package var abortTimeout = Duration.seconds(600)
    package var journalRetention = Duration.zero
    package var idempotencyRetention = Duration.seconds(24 * 3600)
    package var workflowRetention = Duration.seconds(24 * 3600)
    package var retry = RetryPolicy()
    package var onExhaustion = HandlerOptions.Exhaustion.pause
    /// Whether waits fail that can never end: a call to a key that waits, through calls, for the caller itself, at once; what closes a ring with
    /// others, when it has been found.
    package var failsDeadlocks = true
    /// An invocation that has waited for others for so long is suspected to be in such a ring.
    package var deadlockAfter = Duration.seconds(1)
    /// A sink that has not acknowledged a record for so long has its records stored.
    package var outboxAfterMilliseconds: Int64 = 5_000
    /// How many bytes of stored output a shard may have before its sources pause.
    package var maxOutboxBytes = 64 << 20

    package init() {}
}
