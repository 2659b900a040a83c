import Foundation
import Millrace
import MillraceEngine
import Synchronization

/// Values in JSON, as most handlers have them.
extension Workload {
    struct Position: Codable, Sendable {
        var lat: Double
        var lon: Double
    }

    /// An event of ten fields, about 190 bytes.
    struct Event: Codable, Sendable {
        var id: String
        var user: String
        var type: String
        var amount: Double
        var count: Int
        var flag: Bool
        var tags: [String]
        var at: Int64
        var note: String?
        var pos: Position
    }

    static func event(_ i: Int, _ random: UInt64) -> [UInt8] {
        let number = String(i)
        let padded = String(repeating: "0", count: max(0, 12 - number.count)) + number
        return Array(
            #"{"id":"0190f7a2-8a4e-7c11-b2c3-\#(padded)","user":"key-\#(padded)","type":"page-view","amount":\#(i % 1000).5,"count":\#(i % 10),"flag":true,"tags":["a","bb","ccc"],"at":1763899200000,"pos":{"lat":52.1,"lon":4.3}}"#
                .utf8)
    }

    struct User: Codable, Sendable {
        var userId: String
        var name: String
    }
    struct Feature: Codable, Sendable {
        struct Owner: Codable, Sendable { var id: String }
        var user: Owner
        var feature: String
    }
    struct Enriched: Codable, Sendable {
        var userId: String
        var name: String?
        var features: [String]
    }

    static let json: [Workload] = [
        Workload(name: "stateless-json", readsKafka: true) { options in
            let service = ServiceDefinition(
                name: "Decoding", kind: .virtualObject,
                handlers: [
                    .direct("event", ObjectContext.init, input: Serde<Event>.json) { (_: ObjectContext, _: Event) in }
                ])
            let bench = try Bench(services: [service], handler: ("Decoding", "event"), threads: options.threads)
            try bench.start()
            defer { bench.stop() }
            let samples = (0..<1000).map { event($0, 0) }
            return try unsafe [
                bench.measure(
                    "stateless-json",
                    EventSource(
                        events: options.count(500_000), key: Keys.uniform(1_000_000),
                        value: { i, _ in samples[i % 1000] }),
                    threads: options.threads)
            ]
        },
        Workload(name: "enrich") { options in [try enrich(options)] },
    ]

    /// The example's handlers: a user's event opens a time box of 100 ms, features are collected, and emitted at its end.
    private static func enrich(_ options: BenchOptions) throws -> Result {
        let user = StateKey<User>("user")
        let features = StateKey<[String]>("features")
        let service = ServiceDefinition(
            name: "EventEnricher", kind: .virtualObject,
            handlers: [
                // One topic here stands for the example's two: every fourth event is a user's.
                .suspending("event", ObjectContext.init, input: Serde<[UInt8]>.bytes) {
                    (context: ObjectContext, bytes: [UInt8]) in
                    if bytes.first == UInt8(ascii: "u") {
                        context.set(user, try JSONDecoder().decode(User.self, from: Data(bytes.dropFirst())))
                        context.send(
                            service: "EventEnricher", handler: "emit", key: context.key, after: .milliseconds(100))
                    } else {
                        let feature = try JSONDecoder().decode(Feature.self, from: Data(bytes.dropFirst()))
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
