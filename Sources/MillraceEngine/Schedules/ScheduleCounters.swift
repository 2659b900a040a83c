import Synchronization

/// One schedule's figures, written by its shard's thread and read by whoever wants to know.
final class ScheduleCounters: Sendable {
    let fired = Atomic<UInt64>(0)
    let missed = Atomic<UInt64>(0)
    /// When the next tick is, in milliseconds since 1970; -1 before the first turn, and where there is none any more.
    let next = Atomic<Int64>(-1)
}
