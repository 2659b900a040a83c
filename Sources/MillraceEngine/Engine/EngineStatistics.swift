import Synchronization

/// Figures of an engine at one moment, for metrics and for the progress line.
package struct EngineStatistics: Sendable {
    /// One subscription's figures.
    package struct Subscription: Sendable {
        /// One partition's figures.
        package struct Partition: Sendable {
            package var topic: String
            package var partition: Int32
            package var status: SourceStatus
            /// The lowest offset that is not applied by every shard yet, or -1 before the partition has begun.
            package var position: Int64
            /// The end of the log as last heard, or -1.
            package var logEnd: Int64
            /// How many offsets lie between.
            package var lag: Int64? { logEnd >= 0 && position >= 0 ? max(0, logEnd - position) : nil }
        }
        package var name: String
        package var status: SourceStatus
        package var delivered: Int
        package var partitions: [Partition]
    }

    /// One schedule's figures.
    package struct Schedule: Sendable {
        package var name: String
        /// Ticks that started their handler.
        package var fired: UInt64
        /// Ticks that were missed and not made up for.
        package var missed: UInt64
        /// When the next tick is, in milliseconds since 1970; `nil` before the engine runs, and where there is none any more.
        package var nextMilliseconds: Int64?

        init(_ schedule: ShardSchedules.Schedule) {
            name = schedule.definition.name
            fired = schedule.counters.fired.load(ordering: .relaxed)
            missed = schedule.counters.missed.load(ordering: .relaxed)
            let next = schedule.counters.next.load(ordering: .relaxed)
            nextMilliseconds = next < 0 ? nil : next
        }
    }

    package var records: UInt64 = 0
    package var duplicates: UInt64 = 0
    package var invocations: UInt64 = 0
    package var failures: UInt64 = 0
    /// Invocations for whose result nobody waited, and that ended with an error.
    package var terminalFailures: UInt64 = 0
    package var deadlocks: UInt64 = 0
    package var batches: UInt64 = 0
    package var emitted: UInt64 = 0
    package var timersFired: UInt64 = 0
    /// How often a handler has held its thread for too long.
    package var blockedHandlers: UInt64 = 0
    /// Threads that a handler holds for too long at present.
    package var blockedThreads = 0
    package var timerLatenessMilliseconds: UInt64 = 0
    package var queuedInvocations = 0
    package var busyKeys = 0
    package var parkedKeys = 0
    package var waitingInvocations = 0
    package var timersInMemory = 0
    /// Bytes of emitted records that have not been acknowledged.
    package var undeliveredBytes = 0
    /// Those of them that are stored, because their sink is away.
    package var outboxBytes = 0
    package var tableBytes = 0
    package var dirtyBytes = 0
    package var rows = 0
    package var commits: UInt64 = 0
    package var durableCommits: UInt64 = 0
    package var pendingWriteBacks = 0
    /// Rows that write-backs have brought to their families.
    package var writtenRows: UInt64 = 0
    package var subscriptions: [Subscription] = []
    package var schedules: [Schedule] = []

    mutating func add(_ counters: ShardCounters) {
        records += counters.records.load(ordering: .relaxed)
        duplicates += counters.duplicates.load(ordering: .relaxed)
        invocations += counters.invocations.load(ordering: .relaxed)
        failures += counters.failures.load(ordering: .relaxed)
        terminalFailures += counters.terminalFailures.load(ordering: .relaxed)
        deadlocks += counters.deadlocks.load(ordering: .relaxed)
        batches += counters.batches.load(ordering: .relaxed)
        emitted += counters.emitted.load(ordering: .relaxed)
        timersFired += counters.timersFired.load(ordering: .relaxed)
        timerLatenessMilliseconds += counters.timerLatenessMilliseconds.load(ordering: .relaxed)
        queuedInvocations += counters.queuedInvocations.load(ordering: .relaxed)
        busyKeys += counters.busyKeys.load(ordering: .relaxed)
        parkedKeys += counters.parkedKeys.load(ordering: .relaxed)
        waitingInvocations += counters.waiting.load(ordering: .relaxed)
        timersInMemory += counters.timersInMemory.load(ordering: .relaxed)
        undeliveredBytes += counters.undeliveredBytes.load(ordering: .relaxed)
        outboxBytes += counters.outboxBytes.load(ordering: .relaxed)
        tableBytes += counters.tableBytes.load(ordering: .relaxed)
        dirtyBytes += counters.dirtyBytes.load(ordering: .relaxed)
        rows += counters.rows.load(ordering: .relaxed)
    }
}
