import MillraceEngine
import MillraceTelemetry

/// The engine's figures under their names for Prometheus.
enum EngineMetrics {
    static func collect(_ engine: Engine, into samples: inout MetricSamples) {
        let figures = engine.statistics
        counters(figures, &samples)
        gauges(figures, &samples)
        for subscription in figures.subscriptions { collect(subscription, &samples) }
        for schedule in figures.schedules { collect(schedule, &samples) }
        latencies(engine.latencies, &samples)
    }

    private static func counters(_ figures: EngineStatistics, _ samples: inout MetricSamples) {
        func counter(_ name: String, _ help: String, _ value: UInt64) {
            samples.counter("millrace_\(name)_total", help: help, Double(value))
        }
        counter("records", "Records that reached their shard, duplicates included.", figures.records)
        counter(
            "duplicate_records", "Records that were dropped because they had been applied before.", figures.duplicates)
        counter("invocations", "Handlers started, retries included.", figures.invocations)
        counter("failures", "Handlers that failed.", figures.failures)
        counter(
            "terminal_failures", "Invocations that ended with an error, and for whose result nobody waited.",
            figures.terminalFailures)
        counter("deadlocks", "Calls found that wait, through others, for themselves.", figures.deadlocks)
        counter("batches", "Batches written, each as one block of one shard.", figures.batches)
        counter("commits", "Writes to the storage, each with the blocks of one thread's shards.", figures.commits)
        counter("written_rows", "Rows that write-backs brought to their column families.", figures.writtenRows)
        counter("emitted_records", "Records that handlers emitted.", figures.emitted)
        counter(
            "blocked_handlers", "Times that a handler held its thread for longer than engine.blockedAfter.",
            figures.blockedHandlers)
        counter("timers_fired", "Delayed sends that came due.", figures.timersFired)
        samples.counter(
            "millrace_timer_lateness_seconds_total", help: "By how much timers were late, summed up.",
            Double(figures.timerLatenessMilliseconds) / 1000)
    }

    private static func gauges(_ figures: EngineStatistics, _ samples: inout MetricSamples) {
        func gauge(_ name: String, _ help: String, _ value: Int) {
            samples.gauge("millrace_\(name)", help: help, Double(value))
        }
        gauge("queued_invocations", "Invocations in virtual queues, stored.", figures.queuedInvocations)
        gauge("busy_keys", "Keys with something in their virtual queue.", figures.busyKeys)
        gauge("parked_keys", "Keys that wait for a person.", figures.parkedKeys)
        gauge(
            "blocked_threads", "Threads of shards that a handler has held for longer than engine.blockedAfter.",
            figures.blockedThreads)
        gauge("waiting_invocations", "Handlers that wait for something.", figures.waitingInvocations)
        gauge("timers_in_memory", "The next delayed sends; all others are on the disk.", figures.timersInMemory)
        gauge("undelivered_bytes", "Emitted records that their sink has not acknowledged.", figures.undeliveredBytes)
        gauge("outbox_bytes", "Emitted records that are stored, because their sink takes none.", figures.outboxBytes)
        gauge("table_bytes", "Rows in memory, changed and clean, and values kept decoded.", figures.tableBytes)
        gauge("dirty_bytes", "Changed rows in memory, not yet written back.", figures.dirtyBytes)
        gauge("table_rows", "Rows in memory.", figures.rows)
        gauge("pending_write_backs", "Sets of changed rows that wait to be written back.", figures.pendingWriteBacks)
        gauge(
            "commits_not_durable", "Commits that no sync has covered yet.",
            Int(figures.commits - min(figures.commits, figures.durableCommits)))
    }

    private static func collect(_ subscription: EngineStatistics.Subscription, _ samples: inout MetricSamples) {
        let name = MetricLabel("subscription", subscription.name)
        samples.counter(
            "millrace_subscription_records_total", help: "Records that a subscription's source delivered.",
            labels: [name], Double(subscription.delivered))
        samples.gauge(
            "millrace_subscription_state", help: "1 for the state that a subscription is in.",
            labels: [name, MetricLabel("state", state(subscription.status))], 1)
        for partition in subscription.partitions {
            let labels = [
                name, MetricLabel("topic", partition.topic), MetricLabel("partition", "\(partition.partition)"),
            ]
            samples.gauge(
                "millrace_partition_state", help: "1 for the state that a partition is in.",
                labels: labels + [MetricLabel("state", state(partition.status))], 1)
            if partition.position >= 0 {
                samples.gauge(
                    "millrace_partition_position", help: "The lowest offset that is not applied.", labels: labels,
                    Double(partition.position))
            }
            if partition.logEnd >= 0 {
                samples.gauge(
                    "millrace_partition_log_end", help: "The end of the partition's log, as last heard.",
                    labels: labels, Double(partition.logEnd))
            }
            if let lag = partition.lag {
                samples.gauge(
                    "millrace_partition_lag", help: "Offsets between position and log end.", labels: labels,
                    Double(lag))
            }
        }
    }

    private static func collect(_ schedule: EngineStatistics.Schedule, _ samples: inout MetricSamples) {
        let labels = [MetricLabel("schedule", schedule.name)]
        samples.counter(
            "millrace_schedule_fired_ticks_total", help: "Ticks of a schedule that invoked its handler.",
            labels: labels, Double(schedule.fired))
        samples.counter(
            "millrace_schedule_missed_ticks_total", help: "Ticks of a schedule that were missed and not made up for.",
            labels: labels, Double(schedule.missed))
        if let next = schedule.nextMilliseconds {
            samples.gauge(
                "millrace_schedule_next_tick_time_seconds", help: "When a schedule ticks next, since 1970.",
                labels: labels, Double(next) / 1000)
        }
    }

    private static func state(_ status: SourceStatus) -> String {
        switch status {
        case .starting: "starting"
        case .running: "running"
        case .paused: "paused"
        case .retrying: "retrying"
        case .stopped: "stopped"
        case .finished: "finished"
        }
    }

    private static func latencies(_ latencies: EngineLatencies, _ samples: inout MetricSamples) {
        samples.histogram(
            "millrace_commit_latency_seconds", help: "From a record's delivery by its source to the commit.",
            latencies.committed.snapshot)
        samples.histogram(
            "millrace_durable_latency_seconds", help: "From a record's delivery by its source until it is durable.",
            latencies.durable.snapshot)
        samples.histogram(
            "millrace_emit_latency_seconds", help: "From the commit to the acknowledgement of an emitted record.",
            latencies.acknowledged.snapshot)
        samples.histogram(
            "millrace_sync_seconds", help: "How long a sync of the write-ahead log takes.", latencies.sync.snapshot)
    }
}
