import Glibc
import Millrace
import MillraceEngine
import Synchronization

/// Backlogs, restarts, and state that grows.
extension Workload {
    static let recovery: [Workload] = [
        Workload(name: "backlog-one-key") { options in
            let gate = Gate()
            let service = ServiceDefinition(
                name: "Gated", kind: .virtualObject,
                handlers: [
                    .direct("event", ObjectContext.init) { (_: ObjectContext, _: RawSpan) in
                        guard gate.isOpen.load(ordering: .relaxed) else { throw Closed() }
                    }
                ])
            let bench = try Bench(
                services: [service], handler: ("Gated", "event"), threads: options.threads,
                onError: ErrorPolicy(initialMilliseconds: 100, factor: 1, maxMilliseconds: 100, attempts: nil))
            try bench.start()
            defer { bench.stop() }
            let events = options.count(1_000_000)
            var queued = try unsafe bench.measure(
                "backlog-one-key-in", EventSource(events: events, key: { _, _ in 7 }), threads: options.threads)
            queued.notes = [("queued", Double(bench.engine.statistics.queuedInvocations))]
            let begin = Usage.now()
            gate.isOpen.store(true, ordering: .relaxed)
            while bench.engine.statistics.queuedInvocations > 0 { usleep(1000) }
            bench.waitUntilIdle()
            let end = Usage.now()
            return [
                queued,
                Result(
                    workload: "backlog-one-key-out", events: events, threads: options.threads,
                    eventsPerSecond: Double(events) / (end.wallSeconds - begin.wallSeconds),
                    cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / Double(events)),
            ]
        },
        Workload(name: "restart") { options in [try restart(options)] },
        Workload(name: "grow") { options in try grow(options) },
    ]

    /// Counting over more and more keys, all of which have state: with memory for them all, and the most of them with the memory of the
    /// other workloads, which holds a fifth of them.
    private static func grow(_ options: BenchOptions) throws -> [Result] {
        let counts = options.keys.map { [$0] } ?? [10_000, 100_000, 1_000_000, 10_000_000]
        let memory = options.memoryBytes ?? min(4 << 30, Usage.machineBytes / 2)
        var results: [Result] = []
        for keys in counts {
            results.append(try grow("grow-\(keys)", keys, memory, options, against: results.first))
        }
        if let most = counts.last, options.memoryBytes == nil {
            let usual = BenchOptions.usualMemoryBytes
            results.append(try grow("grow-\(most)-little-memory", most, usual, options, against: results.first))
        }
        return results
    }

    private static func grow(
        _ name: String, _ keys: Int, _ memory: Int, _ options: BenchOptions, against first: Result?
    ) throws -> Result {
        let bench = try Bench(
            services: [Handlers.counter], handler: ("Counter", "event"), threads: options.threads, memoryBytes: memory)
        try bench.start()
        defer { bench.stop() }
        unsafe EventSource(events: keys, key: { i, _ in i }).run(into: bench.engine.intakes[0], slot: bench.openSlot())
        bench.waitUntilIdle()
        var result = try bench.measure(
            name,
            unsafe EventSource(
                events: options.count(max(4_000_000, keys * 2)), key: Keys.uniform(keys), firstOffset: Int64(keys)),
            threads: options.threads)
        result.notes.insert(("memory_mb", Double(memory >> 20)), at: 0)
        if let first { result.notes.insert(("times_the_first", result.cpuMicroseconds / first.cpuMicroseconds), at: 1) }
        return result
    }

    private final class Gate: Sendable { let isOpen = Atomic<Bool>(false) }
    private struct Closed: Error {}

    /// Loads a million keys in a child process, kills it while it works on, and measures from the start of the next one until
    /// its first record is processed.
    private static func restart(_ options: BenchOptions) throws -> Result {
        let directory = "\(Bench.base)/restart"
        let program = CommandLine.arguments[0]
        unsafe system(
            "'\(program)' --restart-load '\(directory)' --threads \(options.threads) & child=$!; "
                + "while [ ! -e '\(directory).loaded' ]; do sleep 0.1; done; sleep 0.3; kill -9 $child; wait $child 2>/dev/null"
        )
        let begin = monotonicNanoseconds()
        unsafe system("'\(program)' --restart-open '\(directory)' --threads \(options.threads)")
        let total = Double(monotonicNanoseconds() - begin) / 1e9
        var result = Result(
            workload: "restart", events: 1, threads: options.threads, eventsPerSecond: 0, cpuMicroseconds: 0)
        result.notes = [("seconds", total)]
        unsafe system("rm -rf '\(directory)' '\(directory).loaded'")
        return result
    }

    /// The child that loads, and goes on until it is killed.
    static func restartLoad(_ directory: String, threads: Int) throws {
        let bench = try Bench(
            services: [Handlers.counter], handler: ("Counter", "event"), threads: threads, directory: directory)
        try bench.start()
        let slot = bench.openSlot()
        unsafe EventSource(events: 1_000_000, key: { i, _ in i }).run(into: bench.engine.intakes[0], slot: slot)
        bench.waitUntilIdle()
        unsafe EventSource(events: 2_000_000, key: Keys.uniform(1_000_000), firstOffset: 1_000_000)
            .run(into: bench.engine.intakes[0], slot: slot)
        bench.waitUntilIdle()
        unsafe system("touch '\(directory).loaded'")
        unsafe EventSource(events: .max / 2, key: Keys.uniform(1_000_000), firstOffset: 3_000_000)
            .run(into: bench.engine.intakes[0], slot: slot)
    }

    /// The child that opens what the killed one left, and ends with the first record.
    static func restartOpen(_ directory: String, threads: Int) throws {
        let bench = try Bench(
            services: [Handlers.counter], handler: ("Counter", "event"), threads: threads, directory: directory)
        try bench.start()
        let (slot, position) = bench.engine.intakes[0].open(topic: "memory", partition: 0)
        guard case .stored(let offset) = position else { return say("restart: nothing was stored") }
        let before = bench.engine.statistics.invocations
        unsafe EventSource(events: 100_000, key: Keys.uniform(1_000_000), firstOffset: offset)
            .run(into: bench.engine.intakes[0], slot: slot)
        while bench.engine.statistics.invocations == before { usleep(100) }
        _exit(0)
    }
}
