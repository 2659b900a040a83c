import Glibc
import Millrace
import MillraceEngine
import MillraceStore
import MillraceTelemetry
import Synchronization

/// Handlers that wait.
extension Workload {
    static let durable: [Workload] = [
        Workload(name: "steps") { [try steps($0)] },
        Workload(name: "steps3-alone") { [try stepsOfRecord($0), try stepsOfRequest($0)] },
        Workload(name: "call-chain") { [try callChain($0)] },
        Workload(name: "fan-out") { [try fanOut($0)] },
        Workload(name: "suspended-1m") { [try suspended($0)] },
        Workload(name: "replay-10k") { [try replay($0)] },
        Workload(name: "idempotent") { [try idempotent($0)] },
    ]

    /// Three durable steps for each of many records: events are steps.
    private static func steps(_ options: BenchOptions) throws -> Result {
        let progress = DurableProgress()
        let service = DurableHandlers.steps(3, progress)
        let bench = try Bench(services: [service], handler: ("Steps", "event"), threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        let source = unsafe EventSource(events: options.count(300_000), key: Keys.uniform(1_000_000))
        let begin = Usage.now()
        source.run(into: bench.engine.intakes[0], slot: bench.openSlot())
        wait { progress.count >= source.events }
        bench.waitUntilIdle()
        let end = Usage.now()
        let steps = Double(3 * source.events)
        var result = Result(
            workload: "steps", events: 3 * source.events, threads: options.threads,
            eventsPerSecond: steps / (end.wallSeconds - begin.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / steps)
        let statistics = bench.engine.statistics
        result.notes = [
            ("queued", Double(statistics.queuedInvocations)),
            // Of an invocation, with what else was written back: the watermarks.
            ("family_rows_each", Double(statistics.writtenRows) / Double(source.events)),
        ]
        return result
    }

    /// One handler of three steps at a time, from the record that it is for to the record that it emits at its end.
    private static func stepsOfRecord(_ options: BenchOptions) throws -> Result {
        let sink = NullSink()
        let service = DurableHandlers.steps(3, DurableProgress(), emits: true)
        let bench = try Bench(
            services: [service], handler: ("Steps", "event"), sinks: [("main", sink)], threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        let slot = bench.openSlot()
        return alone("steps3-alone", bench, options.count(5_000)) { number in
            let batch = bench.engine.intakes[0].makeBatch()
            let key = Array("key\(number)".utf8)
            unsafe key.withUnsafeBytes { key in
                unsafe batch.append(slot: slot, offset: Int64(number), timestamp: nil, key: key, value: key)
            }
            batch.finishRecord()
            bench.engine.intakes[0].deliver(batch)
            while sink.count.load(ordering: .acquiring) <= number { sink.arrived.wait() }
            return sink.lastArrival.load(ordering: .relaxed)
        }
    }

    /// The same, from a request to its answer. The first step waits until the request is durable, as a record is already.
    private static func stepsOfRequest(_ options: BenchOptions) throws -> Result {
        let service = DurableHandlers.steps(3, DurableProgress())
        let bench = try Bench(services: [service], handler: ("Steps", "event"), threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        return try requests("steps3-alone-request", bench, options.count(5_000), service: "Steps")
    }

    private static func callChain(_ options: BenchOptions) throws -> Result {
        let bench = try Bench(
            services: [DurableHandlers.chain], handler: ("Chain", "event"), threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        return try requests("call-chain", bench, options.count(2_000), service: "Chain", payload: [10])
    }

    private static func fanOut(_ options: BenchOptions) throws -> Result {
        let width = 10_000
        let bench = try Bench(
            services: [DurableHandlers.fanOut(width), DurableHandlers.echo], handler: ("FanOut", "event"),
            threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        var result = try requests("fan-out", bench, options.count(20), service: "FanOut")
        result.notes += [("calls_each", Double(width)), ("cpu_us_per_call", result.cpuMicroseconds / Double(width))]
        return result
    }

    /// Requests one after the other, each until its answer.
    private static func requests(
        _ name: String, _ bench: Bench, _ count: Int, service: String, payload: [UInt8] = [1]
    ) throws -> Result {
        let answered = Signal()
        let answeredAt = Atomic<Int64>(0)
        return try alone(name, bench, count) { number in
            try bench.engine.desk.invoke(
                HandlerTarget(service: service, handler: "event", key: Array("key\(number)".utf8)), payload: payload,
                answer: { _ in
                    answeredAt.store(monotonicNanoseconds(), ordering: .relaxed)
                    answered.raise()
                })
            answered.wait()
            return answeredAt.load(ordering: .relaxed)
        }
    }

    /// Invocations one after the other: how long each takes, in milliseconds, in the run's own syncs, and in fsyncs of RocksDB's
    /// log as it does them by itself, just before and after. `invoke` returns when the result came out of the engine: to wake the
    /// benchmark's own thread takes some time more.
    private static func alone(
        _ name: String, _ bench: Bench, _ count: Int, _ invoke: (Int) throws -> Int64
    ) rethrows -> Result {
        let histogram = LatencyHistogram()
        let before = Ceilings.fsyncMilliseconds()
        let begin = Usage.now()
        for number in 0..<count {
            let start = monotonicNanoseconds()
            histogram.record(nanoseconds: try invoke(number) - start)
        }
        let end = Usage.now()
        let fsync = (before + Ceilings.fsyncMilliseconds()) / 2
        var result = Result(
            workload: name, events: count, threads: bench.threads,
            eventsPerSecond: Double(count) / (end.wallSeconds - begin.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / Double(count),
            p50: histogram.quantile(0.5), p99: histogram.quantile(0.99), p999: histogram.quantile(0.999))
        let sync = bench.engine.latencies.sync.snapshot
        if sync.count > 0, sync.sum > 0 {
            let mean = sync.sum / Double(sync.count) * 1000
            result.notes = [
                ("syncs_each", Double(sync.count) / Double(count)), ("sync_mean_ms", mean),
                ("p50_in_syncs", histogram.quantile(0.5) / mean), ("ceiling_fsync_ms", fsync),
                ("p50_in_ceiling_fsyncs", histogram.quantile(0.5) / fsync),
                ("family_rows_each", Double(bench.engine.statistics.writtenRows) / Double(count)),
            ]
        }
        return result
    }

    /// A million invocations that wait for a signal: the memory, and how fast they wake.
    private static func suspended(_ options: BenchOptions) throws -> Result {
        let progress = DurableProgress()
        let bench = try Bench(
            services: [DurableHandlers.waiter(progress)], handler: ("Waiter", "event"), threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        let count = options.count(1_000_000)
        let source = unsafe EventSource(events: count, key: { number, _ in number })
        let begin = Usage.now()
        let before = Usage.residentMegabytes
        source.run(into: bench.engine.intakes[0], slot: bench.openSlot())
        wait { progress.startedCount >= count }
        bench.waitUntilIdle()
        let stored = Usage.now()
        let memory = Usage.residentMegabytes
        let heap = Usage.heapMegabytes
        let ids = progress.started
        let start = Usage.now()
        for id in ids { bench.engine.desk.signal(id, .name("go"), .value([])) }
        wait { progress.count >= count }
        bench.waitUntilIdle()
        let end = Usage.now()
        var result = Result(
            workload: "suspended-1m", events: count, threads: options.threads,
            eventsPerSecond: Double(count) / (end.wallSeconds - start.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - start.cpuMicroseconds) / Double(count))
        result.notes = [
            ("suspended_rss_mb", Double(memory)), ("suspended_heap_mb", Double(heap)),
            ("before_rss_mb", Double(before)),
            ("suspend_cpu_us", (stored.cpuMicroseconds - begin.cpuMicroseconds) / Double(count)),
        ]
        return result
    }

    /// A journal of ten thousand entries, replayed after a restart.
    private static func replay(_ options: BenchOptions) throws -> Result {
        let progress = DurableProgress()
        let entries = options.count(10_000)
        let service = DurableHandlers.longJournal(entries / 2, progress)
        let directory = Bench.base + "/replay"
        var bench = try Bench(
            services: [service], handler: ("Long", "event"), threads: options.threads, directory: directory)
        try bench.start()
        try bench.engine.desk.invoke(HandlerTarget(service: "Long", handler: "event", key: [1]), payload: [1])
        wait { progress.startedCount >= 1 }
        bench.waitUntilIdle()
        bench.stop()
        let begin = Usage.now()
        bench = try Bench(
            services: [service], handler: ("Long", "event"), threads: options.threads, directory: directory)
        try bench.start()
        wait { progress.startedCount >= 2 }
        let end = Usage.now()
        bench.stop()
        var result = Result(
            workload: "replay-10k", events: entries, threads: options.threads,
            eventsPerSecond: Double(entries) / (progress.replayMilliseconds / 1000),
            cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / Double(entries))
        result.notes = [("replay_ms", progress.replayMilliseconds)]
        return result
    }

    /// Requests of which each name comes many times: one runs, the others get its result.
    private static func idempotent(_ options: BenchOptions) throws -> Result {
        let bench = try Bench(
            services: [DurableHandlers.echo], handler: ("Echo", "event"), threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        let count = options.count(500_000)
        let answered = Atomic<Int>(0)
        let begin = Usage.now()
        for number in 0..<count {
            try bench.engine.desk.invoke(
                HandlerTarget(
                    service: "Echo", handler: "event", key: Array("k\(number % 1_000)".utf8),
                    idempotencyKey: "r\(number % 10_000)"), payload: [1],
                answer: { _ in answered.add(1, ordering: .relaxed) })
            while number - answered.load(ordering: .relaxed) > 20_000 { usleep(200) }
        }
        wait { answered.load(ordering: .relaxed) >= count }
        let end = Usage.now()
        return Result(
            workload: "idempotent", events: count, threads: options.threads,
            eventsPerSecond: Double(count) / (end.wallSeconds - begin.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / Double(count))
    }

    private static func wait(_ condition: () -> Bool) { while !condition() { usleep(1_000) } }
}
