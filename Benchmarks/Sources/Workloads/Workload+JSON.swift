import Millrace
import MillraceEngine
import Synchronization

/// Values in JSON, as most handlers have them.
extension Workload {
    @JSON struct User: Codable, Sendable {
        var userId: String
        var name: String
    }
    @JSON struct Feature: Codable, Sendable {
        @JSON struct Owner: Codable, Sendable { var id: String }
        var user: Owner
        var feature: String
    }
    @JSON struct Enriched: Codable, Sendable {
        var userId: String
        var name: String?
        var features: [String]
    }

    static let json: [Workload] = [
        Workload(name: "stateless-json", readsKafka: true) { options in
            let service = ServiceDefinition(
                name: "Decoding", kind: .virtualObject,
                handlers: [
                    .direct("event", ObjectContext.init, input: Serde<JSONEvent>.json) {
                        (_: ObjectContext, _: JSONEvent) in
                    }
                ])
            let bench = try Bench(services: [service], handler: ("Decoding", "event"), threads: options.threads)
            try bench.start()
            defer { bench.stop() }
            let samples = (0..<1000).map { JSONEvent.document($0) }
            return try unsafe [
                bench.measure(
                    "stateless-json",
                    EventSource(
                        events: options.count(500_000), key: Keys.uniform(1_000_000),
                        value: { i, _ in samples[i % 1000] }),
                    threads: options.threads)
            ]
        },
        aggregate("aggregate-json", keys: 1_000_000),
        aggregate("aggregate-json-hot", keys: 10_000),
        Workload(name: "enrich") { options in [try enrich(options)] },
    ]

    /// What is kept of a key's events.
    @JSON struct Total: Codable, Sendable {
        var events = 0
        var amount = 0.0
        var last: Int64 = 0
        var lastType = ""
    }

    /// Decodes an event, reads its key's total, updates it and writes it.
    private static func aggregate(_ name: String, keys: Int) -> Workload {
        Workload(name: name, readsKafka: true) { options in
            let totals = StateKey<Total>("total")
            let service = ServiceDefinition(
                name: "Totals", kind: .virtualObject,
                handlers: [
                    .direct("event", ObjectContext.init, input: Serde<JSONEvent>.json) {
                        (context: ObjectContext, event: JSONEvent) in
                        var total = try context.get(totals) ?? Total()
                        total.events += event.count
                        total.amount += event.amount
                        total.last = event.at
                        total.lastType = event.type
                        context.set(totals, total)
                    }
                ])
            let bench = try Bench(services: [service], handler: ("Totals", "event"), threads: options.threads)
            try bench.start()
            defer { bench.stop() }
            let samples = (0..<1000).map { JSONEvent.document($0) }
            return try unsafe [
                bench.measure(
                    name,
                    EventSource(
                        events: options.count(2_000_000), key: Keys.uniform(keys), value: { i, _ in samples[i % 1000] }
                    ), threads: options.threads)
            ]
        }
    }

    /// The example's handlers: a user's event opens a time box of 100 ms, features are collected, and emitted at its end.
    private static func enrich(_ options: BenchOptions) throws -> Result {
        let decoder = JSONBytesDecoder()
        let user = StateKey<User>("user")
        let features = StateKey<[String]>("features")
        let service = ServiceDefinition(
            name: "EventEnricher", kind: .virtualObject,
            handlers: [
                // One topic here stands for the example's two: every fourth event is a user's.
                .suspending("event", ObjectContext.init, input: Serde<[UInt8]>.bytes) {
                    (context: ObjectContext, bytes: [UInt8]) in
                    if bytes.first == UInt8(ascii: "u") {
                        context.set(user, try decoder.decode(User.self, from: Array(bytes.dropFirst())))
                        context.send(
                            service: "EventEnricher", handler: "emit", key: context.key, after: .milliseconds(100))
                    } else {
                        let feature = try decoder.decode(Feature.self, from: Array(bytes.dropFirst()))
                        context.set(features, (try context.get(features) ?? []) + [feature.feature])
                    }
                },
                .suspending("emit", ObjectContext.init) { (context: ObjectContext) in
                    let known = try context.get(user)
                    let collected = try context.get(features) ?? []
                    if known == nil, collected.isEmpty { return }
                    context.emit(
                        topic: "enriched", key: context.key,
                        value: Enriched(userId: context.key.text, name: known?.name, features: collected))
                    context.clearAll()
                },
            ])
        let sink = NullSink()
        let bench = try Bench(
            services: [service], handler: ("EventEnricher", "event"), sinks: [("main", sink)], threads: options.threads)
        try bench.start()
        defer { bench.stop() }
        var result = try unsafe bench.measure(
            "enrich",
            EventSource(
                events: options.count(400_000), key: Keys.uniform(10_000),
                value: { i, random in
                    let id = "key-\(Int(random >> 1) % 10_000)"
                    return i % 4 == 0
                        ? Array("u{\"userId\":\"\(id)\",\"name\":\"Name of \(id)\"}".utf8)
                        : Array("f{\"user\":{\"id\":\"\(id)\"},\"feature\":\"feature-\(i % 17)\"}".utf8)
                }), threads: options.threads)
        result.notes = [
            ("enriched", Double(sink.count.load(ordering: .relaxed))),
            ("timers_fired", Double(bench.engine.statistics.timersFired)),
        ]
        return result
    }
}
