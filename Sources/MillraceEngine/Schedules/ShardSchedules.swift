import MillraceStore

/// The schedules that one shard owns: those whose names' hash says so.
struct ShardSchedules {
    /// A schedule as the engine knows it.
    struct Schedule: Sendable {
        let definition: ScheduleDefinition
        let handler: ServiceTable.Handler
        let counters: ScheduleCounters
        /// The shard that owns it.
        let shard: Int

        init(
            _ definition: ScheduleDefinition, _ handler: ServiceTable.Handler, _ counters: ScheduleCounters,
            shardCount: Int
        ) {
            self.definition = definition
            self.handler = handler
            self.counters = counters
            shard = RecordRouter.shard(
                ofHash: InvocationNames.hash(Array(definition.name.utf8)), shardCount: shardCount)
        }
    }

    /// A schedule with its place in time.
    struct Entry {
        let schedule: Schedule
        /// What is stored; `nil` before the first turn of the first run.
        var row: ScheduleRow?
        /// The next tick.
        var next: Int64?
    }

    var entries: [Entry]
    /// Schedules that are stored and not configured any more.
    var removed: [String] = []
    /// Whether the first turn has been.
    var isStarted = false

    init(_ schedules: [Schedule], shard: Int) {
        entries = schedules.filter { $0.shard == shard }.map { Entry(schedule: $0) }
    }

    /// When there is something to do, or `nil` where there never will be.
    var nextDue: Int64? {
        guard isStarted else { return entries.isEmpty && removed.isEmpty ? nil : 0 }
        var due: Int64?
        for entry in entries { if let next = entry.next { due = min(due ?? .max, next) } }
        return due
    }
}
