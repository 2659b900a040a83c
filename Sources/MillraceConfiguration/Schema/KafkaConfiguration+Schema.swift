extension KafkaConfiguration: ConfigurationSection {
    static let title = "kafka"

    static var options: [Option<Self>] {
        [
            Option(
                reference: OptionReference(
                    name: "clusters", type: "mapping of names to mappings", standard: "",
                    example: "{ main: { bootstrap.servers: \"localhost:9092\" } }",
                    meaning: "The clusters by name, each with librdkafka's settings. The first one also takes records "
                        + "that are emitted without a cluster's name.",
                    table: KafkaCluster.reference)
            ) { node, decoding, kafka in
                let expected = "a mapping of names to clusters, as in main: { bootstrap.servers: \"localhost:9092\" }"
                for entry in decoding.entries(of: node, expected: expected) ?? [] {
                    guard isKafkaName(entry.key) else {
                        decoding.report(
                            entry.keyStart,
                            "a cluster's name is made of letters, digits, '.', '_' and '-', but found \(quoted(entry.key))"
                        )
                        continue
                    }
                    decoding.descend(".\(entry.key)", entry.value) {
                        kafka.clusters.append($0.cluster(named: entry.key, entry))
                    }
                }
            }
        ]
    }
}
