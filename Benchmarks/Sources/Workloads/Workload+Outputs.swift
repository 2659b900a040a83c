import Millrace
import MillraceEngine

/// What leaves the engine, and when.
extension Workload {
    static let outputs: [Workload] = [
        Workload(name: "forward", readsKafka: true) { options in
            let sink: any RecordSink
            if let topic = unsafe KafkaInput.current {
                sink = try topic.makeSink()
                unsafe Handlers.outputTopic = topic.outputTopic
            } else {
                sink = NullSink()
            }
            let bench = try Bench(
                services: [Handlers.forwarder], handler: ("Forwarder", "event"), sinks: [("main", sink)],
                threads: options.threads)
            try bench.start()
            defer { bench.stop() }
            return try unsafe [
                bench.measure(
                    "forward", EventSource(events: options.count(4_000_000), key: Keys.uniform(1_000_000)),
                    threads: options.threads)
            ]
        },
        Workload(name: "latency") { options in
            [try latency("latency", options, stuckKey: false)]
        },
        Workload(name: "blocked-key") { options in
            let without = try latency("blocked-key-baseline", options, stuckKey: false)
            var with = try latency("blocked-key", options, stuckKey: true)
            with.notes.append(("p99_ratio", (with.p99 ?? 0) / max(0.001, without.p99 ?? 0)))
            return [without, with]
        },
    ]

    /// 10 000 events a second, from delivery to the sink, which gets them when they are durable.
    static func latency(_ name: String, _ options: BenchOptions, stuckKey: Bool) throws -> Result {
        let latencies = LatencyHistogram()
        let sink = NullSink(latencies: latencies)
        let service = ServiceDefinition(
            name: "Relay", kind: .virtualObject,
            handlers: [
                .direct("event", ObjectContext.init) { (context: ObjectContext, value: RawSpan) in
                    try context.withKey { key in
                        // The key that is stuck: number 0, which every tenth event has.
                        if stuckKey, unsafe key.unsafeLoad(fromByteOffset: 15, as: UInt8.self) == 48,
                            unsafe key.unsafeLoad(fromByteOffset: 14, as: UInt8.self) == 48,
                            unsafe key.unsafeLoad(fromByteOffset: 13, as: UInt8.self) == 48
                        {
                            throw Stuck()
                        }
                        context.emit(topic: "out", key: key, value: value)
                    }
                }
            ])
        let bench = try Bench(
            services: [service], handler: ("Relay", "event"), sinks: [("main", sink)], threads: options.threads,
            onError: ErrorPolicy(initialMilliseconds: 100, factor: 1, maxMilliseconds: 100, attempts: nil))
        try bench.start()
        defer { bench.stop() }
        let events = options.count(100_000)
        let source = unsafe EventSource(
            events: events, key: { i, random in i % 10 == 0 ? 0 : Int(random >> 1) % 999 + 1 }, rate: 10_000, chunk: 64,
            fill: { _, bytes in unsafe bytes.storeBytes(of: monotonicNanoseconds(), as: Int64.self) })
        let slot = bench.openSlot()
        let begin = Usage.now()
        source.run(into: bench.engine.intakes[0], slot: slot)
        bench.waitUntilIdle()
        let end = Usage.now()
        return Result(
            workload: name, events: events, threads: options.threads,
            eventsPerSecond: Double(events) / (end.wallSeconds - begin.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / Double(events),
            p50: latencies.quantile(0.5), p99: latencies.quantile(0.99), p999: latencies.quantile(0.999))
    }

    private struct Stuck: Error {}
}
