/// A configuration while it is read: it may lack what is required.
struct ConfigurationDraft: ConfigurationSection {
    var kafka = KafkaConfiguration()
    var defaults = ConfigurationDefaults()
    var engine = EngineConfiguration()
    var storage = StorageConfiguration()
    var metrics = MetricsConfiguration()
    var log = LogConfiguration()
    var subscriptions: [SubscriptionDraft] = []
    var schedules: [ScheduleDraft] = []
    var services: [ServiceSettings] = []

    static let title = "configuration"

    // Subscriptions come last, because they begin with what the sections before them say.
    static var options: [Option<Self>] {
        [
            .section("kafka", \.kafka, "The Kafka clusters."),
            .section(
                "defaults", \.defaults, "What holds for each subscription and each handler that does not say otherwise."
            ),
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
            Option(
                reference: OptionReference(
                    name: "schedules", type: "mapping of names to mappings", standard: "", example: "",
                    meaning: "Handlers that are invoked at times, each under a name.",
                    table: ReferenceTable(ScheduleDraft.self))
            ) { node, decoding, draft in
                let expected = "a mapping of names to schedules, each with 'cron' or 'every', and 'sink'"
                for entry in decoding.entries(of: node, expected: expected) ?? [] {
                    guard isKafkaName(entry.key), entry.key.utf8.count <= 200 else {
                        decoding.report(
                            entry.keyStart,
                            "a schedule's name is made of up to 200 letters, digits, '.', '_' and '-', but found \(quoted(entry.key))"
                        )
                        continue
                    }
                    var schedule = ScheduleDraft()
                    schedule.name = entry.key
                    decoding.descend(".\(entry.key)", entry.value) {
                        schedule.path = $0.path
                        $0.section(entry.value, into: &schedule)
                    }
                    draft.schedules.append(schedule)
                }
            },
            Option(
                reference: OptionReference(
                    name: "services", type: "mapping of names to mappings", standard: "", example: "",
                    meaning: "What holds for single services and handlers, whatever their code says.",
                    table: ReferenceTable(ServiceDraft.self))
            ) { node, decoding, draft in
                let expected = "a mapping of services' names to options, as in Report: { inactivityTimeout: 10m }"
                for entry in decoding.entries(of: node, expected: expected) ?? [] {
                    var service = ServiceDraft()
                    service.service.name = entry.key
                    decoding.descend(".\(entry.key)", entry.value) { $0.section(entry.value, into: &service) }
                    draft.services.append(service.service)
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
        configuration.schedules = schedules.compactMap(\.schedule)
        configuration.services = services
        configuration.origins = origins
        let isComplete =
            configuration.subscriptions.count == subscriptions.count
            && configuration.schedules.count == schedules.count
        return isComplete ? configuration : nil
    }
}
