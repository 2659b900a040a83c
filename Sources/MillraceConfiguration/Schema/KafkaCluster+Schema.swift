extension KafkaCluster {
    /// The few settings that the reference names; librdkafka has the others.
    static var reference: ReferenceTable {
        ReferenceTable(
            title: "clusters",
            options: [
                OptionReference(
                    name: "bootstrap.servers", type: "text", standard: "required",
                    example: "broker-1:9092,broker-2:9092",
                    meaning: "Brokers to ask for the others, `HOST:PORT`, separated by commas."),
                OptionReference(
                    name: "group.id", type: "text", standard: "`\(standardGroupID)`", example: "enricher",
                    meaning: "The consumer group that offsets are committed to, as information for lag tools. "
                        + "Where to resume is in the data directory."),
                OptionReference(
                    name: "…", type: "text, number, boolean", standard: "librdkafka's",
                    example: "security.protocol: SASL_SSL",
                    meaning: "Any other setting of librdkafka, by its own name, except those that Millrace sets itself."
                ),
            ])
    }

    /// The settings that are Millrace's to set, and what to do instead.
    static func reservation(of name: String) -> String? {
        switch name {
        case "enable.auto.commit", "auto.commit.enable", "auto.commit.interval.ms", "enable.auto.offset.store",
            "offset.store.method":
            "is set by Millrace, which keeps offsets in its store, with the state that they belong to; leave it out"
        case "auto.offset.reset":
            "has no effect here; set 'start' and 'onOffsetOutOfRange' of the subscription instead"
        case "transactional.id", "enable.idempotence":
            "is set by Millrace, whose producer neither loses nor reorders records; leave it out"
        default: nil
        }
    }
}

extension Decoding {
    /// Reads a cluster. Never shows a value.
    mutating func cluster(named name: String, _ entry: YAMLEntry) -> KafkaCluster {
        var cluster = KafkaCluster(name: name)
        let expected = "a mapping of librdkafka's settings, as in { bootstrap.servers: \"localhost:9092\" }"
        guard let entries = entries(of: entry.value, expected: expected) else { return cluster }
        for entry in entries {
            guard isKafkaName(entry.key) else {
                report(
                    entry.keyStart, "the name of a setting of librdkafka is made of letters, digits, '.', '_' and '-'")
                continue
            }
            if let reservation = KafkaCluster.reservation(of: entry.key) {
                report(entry.keyStart, "\(entry.key) \(reservation)")
                continue
            }
            descend(".\(entry.key)", entry.value) {
                if entry.key == "group.id" {
                    cluster.groupID = $0.value(entry.value, .text()) ?? cluster.groupID
                } else if let value = $0.value(entry.value, .anyText), case .scalar(let scalar) = entry.value.content {
                    cluster.settings.append(
                        KafkaSetting(name: entry.key, value: value, isFromEnvironment: scalar.isFromEnvironment))
                }
            }
        }
        let reaches = ["bootstrap.servers", "metadata.broker.list", "test.mock.num.brokers"]
        if !entries.contains(where: { reaches.contains($0.key) }) {
            report(
                entry.keyStart,
                "'bootstrap.servers' is missing; expected brokers to ask for the others, such as localhost:9092")
        }
        return cluster
    }
}
