/// Where records come from, which handler they go to, and how.
public struct Subscription: Sendable, Equatable {
    /// The name, unique and stable: progress is stored under it, and metrics and logs show it.
    ///
    /// Without `name:` it is made of source and sink, `main/user-events -> EventEnricher/userEvent`. A subscription
    /// whose name changes is another subscription, and starts from its ``start``.
    public var name: String
    /// Where records come from.
    public var source: SubscriptionSource
    /// The handler that they go to.
    public var sink: SubscriptionSink
    /// What in a record is the key.
    public var key: KeySource
    /// Where the first start begins. Later starts resume where the last one ended.
    public var start: StartPosition
    /// What happens to a record whose handler fails.
    public var onError: ErrorPolicy
    /// What happens when the records at the stored offset are gone from the topic.
    public var onOffsetOutOfRange: OffsetOutOfRangePolicy
    /// How many records may wait in the store before the source pauses.
    public var maxQueuedRecords: Int
    /// Whether it is known but does not consume.
    public var paused: Bool

    /// A subscription; without a name it is named after source and sink.
    public init(
        name: String? = nil, source: SubscriptionSource, sink: SubscriptionSink, key: KeySource = .record,
        start: StartPosition = .earliest, onError: ErrorPolicy = ErrorPolicy(),
        onOffsetOutOfRange: OffsetOutOfRangePolicy = .stop,
        maxQueuedRecords: Int = EngineConfiguration().maxQueuedRecords, paused: Bool = false
    ) {
        self.name = name ?? Self.name(from: source, to: sink)
        self.source = source
        self.sink = sink
        self.key = key
        self.start = start
        self.onError = onError
        self.onOffsetOutOfRange = onOffsetOutOfRange
        self.maxQueuedRecords = maxQueuedRecords
        self.paused = paused
    }

    /// The name of a subscription that is given none.
    public static func name(from source: SubscriptionSource, to sink: SubscriptionSink) -> String {
        let origin =
            switch source {
            case .kafka(let cluster, let topic): "\(cluster)/\(topic)"
            case .file, .standardInput: source.description
            }
        return "\(origin) -> \(sink.service)/\(sink.handler)"
    }
}
