/// A configuration while it is read: it may lack what is required.
struct ConfigurationDraft: ConfigurationSection {
    var kafka = KafkaConfiguration()
    var defaults = SubscriptionDefaults()
    var engine = EngineConfiguration()
    var storage = StorageConfiguration()
    var metrics = MetricsConfiguration()
    var log = LogConfiguration()
    var subscriptions: [SubscriptionDraft] = []

    static let title = "configuration"

    // Subscriptions come last, because they begin with what the sections before them say.
    static var options: [Option<Self>] {
        [
            .section("kafka", \.kafka, "The Kafka clusters."),
            .section("defaults", \.defaults, "What holds for each subscription that does not say otherwise."),
            .section("engine", \.engine, "Threads and limits."),
            .section("storage", \.storage, "The data directory."),
            .section("metrics", \.metrics, "The port for Prometheus."),
            .section("log", \.log, "The log, which goes to standard error."),
            Option(
                reference: OptionReference(
                    name: "subscriptions", type: "list of mappings", standard: "", example: "",
                    meaning: "What is consumed, and which handler gets it.",
                    table: ReferenceTable(SubscriptionDraft.self))
            ) { node, decoding, draft in
                let expected = "a list of subscriptions, each with 'source' and 'sink'"
                for (index, element) in (decoding.elements(of: node, expected: expected) ?? []).enumerated() {
                    var subscription = SubscriptionDraft(draft.defaults, draft.engine)
                    decoding.descend("[\(index)]", element) {
                        subscription.path = $0.path
                        $0.section(element, into: &subscription)
                    }
                    if element.content != .unusable { draft.subscriptions.append(subscription) }
                }
            },
        ]
    }

    /// The configuration, or `nil` when something required is missing.
    func configuration(origins: Origins) -> Configuration? {
        var configuration = Configuration()
        configuration.kafka = kafka
        configuration.defaults = defaults
        configuration.engine = engine
        configuration.storage = storage
        configuration.metrics = metrics
        configuration.log = log
        configuration.subscriptions = subscriptions.compactMap(\.subscription)
        configuration.origins = origins
        return configuration.subscriptions.count == subscriptions.count ? configuration : nil
    }
}
