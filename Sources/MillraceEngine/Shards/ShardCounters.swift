import Synchronization

/// One shard's figures, written by its thread once a turn and read by whoever wants to know.
final class ShardCounters: Sendable {
    let records = Atomic<UInt64>(0)
    let duplicates = Atomic<UInt64>(0)
    let invocations = Atomic<UInt64>(0)
    let failures = Atomic<UInt64>(0)
    /// Invocations that ended with an error of which nobody but the log is told.
    let terminalFailures = Atomic<UInt64>(0)
    let deadlocks = Atomic<UInt64>(0)
    let batches = Atomic<UInt64>(0)
    let blockBytes = Atomic<UInt64>(0)
    let emitted = Atomic<UInt64>(0)
    let timersFired = Atomic<UInt64>(0)
    let timerLatenessMilliseconds = Atomic<UInt64>(0)
    let queuedInvocations = Atomic<Int>(0)
    let busyKeys = Atomic<Int>(0)
    let parkedKeys = Atomic<Int>(0)
    let waiting = Atomic<Int>(0)
    let timersInMemory = Atomic<Int>(0)
    /// What has not been delivered, in rows or not.
    let undeliveredBytes = Atomic<Int>(0)
    let outboxBytes = Atomic<Int>(0)
    let tableBytes = Atomic<Int>(0)
    let dirtyBytes = Atomic<Int>(0)
    let rows = Atomic<Int>(0)
}
