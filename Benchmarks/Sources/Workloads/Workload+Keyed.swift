import Millrace

/// Events by key, as fast as they are taken.
extension Workload {
    static let keyed: [Workload] = [
        simple("stateless", Handlers.stateless, events: 10_000_000, keys: Keys.uniform(1_000_000)),
        simple("count-uniform", Handlers.counter, events: 6_000_000, keys: Keys.uniform(1_000_000)),
        simple("count-hot", Handlers.counter, events: 10_000_000, keys: Keys.uniform(10_000)),
        simple("count-zipf", Handlers.counter, events: 6_000_000, keys: Keys.zipf(1_000_000)),
        simple("append-list", Handlers.appender, events: 2_000_000, keys: Keys.uniform(10_000)),
    ]

    static func simple(
        _ name: String, _ service: ServiceDefinition, events: Int, keys: @escaping @Sendable (Int, UInt64) -> Int
    ) -> Workload {
        Workload(name: name, readsKafka: true) { options in
            let bench = try Bench(services: [service], handler: (service.name, "event"), threads: options.threads)
            try bench.start()
            defer { bench.stop() }
            return try unsafe [
                bench.measure(name, EventSource(events: options.count(events), key: keys), threads: options.threads)
            ]
        }
    }
}
