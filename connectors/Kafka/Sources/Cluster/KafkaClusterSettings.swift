/// How to reach one Kafka cluster.
///
/// The properties are librdkafka's, by its names, and passed through: `bootstrap.servers`, `security.protocol`,
/// `sasl.username`, `fetch.wait.max.ms` and so on. Values may be secrets, so none is ever shown.
package struct KafkaClusterSettings: Sendable {
    /// The cluster's name in the configuration, for messages.
    package var name: String
    /// Names and values; where a name comes twice the last one counts.
    package var properties: [(String, String)]
    /// The consumer group under which offsets are committed for information. Two sources that read the same topic need
    /// different ones.
    package var groupID: String

    package init(name: String, properties: [(String, String)], groupID: String = "millrace") {
        self.name = name
        self.properties = properties
        self.groupID = groupID
    }

    /// Checks every property, without connecting: names, values, and those that cannot be set.
    ///
    /// What only shows when a client is made (properties that do not go together, unreadable certificates) is thrown by
    /// ``KafkaSource/start()`` and ``KafkaSink/start()``.
    package func validate() throws(KafkaError) {
        _ = try ClientConfiguration(self, role: .consumer(topics: 1))
        _ = try ClientConfiguration(self, role: .producer)
    }

    /// The values that must not be shown.
    var secrets: [String] {
        properties.filter { Self.isSecret($0.0) && $0.1.utf8.count >= 4 }.map(\.1)
    }

    /// Whether a property's value is a secret, or may hold one.
    static func isSecret(_ property: String) -> Bool {
        ["password", "secret", "token", "pem", "jaas", "oauthbearer.config", "ssl.key"].contains {
            property.contains($0)
        }
    }

    /// Takes the secrets out of a text of librdkafka's.
    func redacted(_ text: String) -> String {
        var text = text
        for secret in secrets {
            text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
        }
        return text
    }
}
