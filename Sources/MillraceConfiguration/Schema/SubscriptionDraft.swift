/// A subscription while it is read: it may lack what is required.
struct SubscriptionDraft: ConfigurationSection {
    /// Where it stands, such as `subscriptions[0]`.
    var path = ""
    var name: String?
    var source: SubscriptionSource?
    var sink: SubscriptionSink?
    var key = KeySource.record
    var start = StartPosition.earliest
    var onError = ErrorPolicy()
    var onOffsetOutOfRange = OffsetOutOfRangePolicy.stop
    var maxQueuedRecords = EngineConfiguration().maxQueuedRecords
    var paused = false

    init() {}

    init(_ defaults: ConfigurationDefaults, _ engine: EngineConfiguration) {
        onError = defaults.onError
        maxQueuedRecords = engine.maxQueuedRecords
    }

    init(_ subscription: Subscription, path: String) {
        self.path = path
        name = subscription.name
        source = subscription.source
        sink = subscription.sink
        key = subscription.key
        start = subscription.start
    }

    /// Whether its records are lines, which have no key and no headers beside themselves.
    var hasLines: Bool {
        switch source {
        case .file, .standardInput: true
        case .kafka, nil: false
        }
    }

    /// The name that it has or is given.
    var fullName: String? {
        guard name == nil, let source, let sink else { return name }
        return Subscription.name(from: source, to: sink)
    }

    /// The subscription, or `nil` when something required is missing.
    var subscription: Subscription? {
        guard let source, let sink else { return nil }
        return Subscription(
            name: name, source: source, sink: sink, key: key, start: start, onError: onError,
            onOffsetOutOfRange: onOffsetOutOfRange, maxQueuedRecords: maxQueuedRecords, paused: paused)
    }

    static let title = "subscriptions"

    static var options: [Option<Self>] {
        [
            .optional(
                "source", \.source, .source, standard: "required", isRequired: true,
                example: "kafka://main/user-events",
                "Where records come from: `kafka://CLUSTER/TOPIC`, `file:///PATH` or `file:RELATIVE` (JSON lines), or `stdin`."
            ),
            .optional(
                "sink", \.sink, .sink, standard: "required", isRequired: true,
                example: "service://EventEnricher/userEvent", "The handler that gets them: `service://SERVICE/HANDLER`."
            ),
            .optional(
                "name", \.name, .text(upTo: 200, expected: "a name of 1 to 200 characters"),
                standard: "`SOURCE -> SERVICE/HANDLER`", example: "user-events",
                "The identity under which progress is stored; unique, and shown in logs and metrics. Give one if source or sink may ever change."
            ),
            .value(
                "key", \.key, .key, example: "$.user.id",
                "What routes a record: `record` (a Kafka record's own key), `header:NAME` (of a Kafka record), a JSON path into the value, or `none` (not for virtual objects)."
            ),
            .value(
                "start", \.start, .start, example: "timestamp:2026-01-31T08:00:00Z",
                "Where the first start begins: `earliest`, `latest`, `timestamp:…` (ISO 8601 with zone, or ms since 1970), or `offset:…` (in every partition; in a file, the byte). Later starts resume."
            ),
            .section(
                "onError", \.onError, standard: "`defaults.onError`",
                "What happens to a record whose handler fails. What it leaves out is as in `defaults.onError`."),
            .value(
                "onOffsetOutOfRange", \.onOffsetOutOfRange, .choice(), example: "earliest",
                "When the topic, or the file, no longer holds the record to resume at: `stop` the partition with the numbers in the error, or go on at the `earliest` or `latest` record there is."
            ),
            .value(
                "maxQueuedRecords", \.maxQueuedRecords, .integer(in: 1...Int.max),
                standard: "`engine.maxQueuedRecords`", example: "100000",
                "How many records may wait in the store before the source pauses."),
            .value("paused", \.paused, .boolean, example: "true", "Whether it is known but does not consume."),
        ]
    }
}
