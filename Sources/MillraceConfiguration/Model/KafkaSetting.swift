/// One of librdkafka's settings. Its description does not show a secret.
public struct KafkaSetting: Sendable, Equatable, CustomStringConvertible {
    /// The name, such as `bootstrap.servers`.
    public let name: String
    /// The value, as text.
    public let value: KafkaSettingValue

    /// A setting; one whose name says that it is a secret is treated as one, and so is one from the environment, but for the
    /// cluster's address.
    public init(name: String, value: String, isFromEnvironment: Bool = false) {
        self.name = name
        let isHidden = isFromEnvironment && !Self.isAddress(name) || Self.isSecret(name)
        self.value = KafkaSettingValue(value, isSecret: isHidden)
    }

    /// Whether a setting of that name says where the cluster is, which is the first thing to know about it and in every error
    /// of librdkafka's.
    static func isAddress(_ name: String) -> Bool { ["bootstrap.servers", "metadata.broker.list"].contains(name) }

    /// Whether a setting of that name holds a secret: passwords, client secrets, private keys.
    public static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["password", "secret", "credential", "key.pem"].contains { name.contains($0) }
            || ["ssl_key", "sasl.oauthbearer.config", "sasl.jaas.config"].contains(name)
    }

    /// `NAME=VALUE`, or `NAME=***`.
    public var description: String { "\(name)=\(value)" }
}
