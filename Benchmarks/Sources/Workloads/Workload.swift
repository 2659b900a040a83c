/// One workload by name; it may give several lines.
struct Workload: Sendable {
    let name: String
    /// Whether it can read its records from a topic.
    var readsKafka = false
    let run: @Sendable (BenchOptions) throws -> [Result]

    static let ceilings = ["ceilings"]
    static let all: [Workload] = keyed + outputs + timers + recovery + json + coders + durable + scaling
}
