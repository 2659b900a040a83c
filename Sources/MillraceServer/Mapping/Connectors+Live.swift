package import MillraceConfiguration
import MillraceFile
package import MillraceKafka

extension Connectors {
    /// Kafka by librdkafka, and files.
    static let live = Connectors(
        kafkaSource: { cluster, groupID, topics, log in
            try KafkaSource(KafkaClusterSettings(cluster, groupID: groupID), topics: topics, log: log)
        },
        kafkaSink: { cluster, log in try KafkaSink(KafkaClusterSettings(cluster, groupID: cluster.groupID), log: log) },
        lineSource: { path, intake, options, log in
            LineSource(path.map { .file(path: $0) } ?? .standardInput, intake: intake, options: options, log: log)
        },
        kafkaSetting: { KafkaSettingVerdict(name: $0, value: $1) })
}

extension KafkaClusterSettings {
    /// A cluster as the configuration has it, for clients of a group.
    package init(_ cluster: KafkaCluster, groupID: String) {
        self.init(
            name: cluster.name, properties: cluster.settings.map { ($0.name, $0.value.revealed) }, groupID: groupID)
    }
}

extension KafkaSettingVerdict {
    /// What the connector and librdkafka say to a setting.
    init(name: String, value: String) {
        do throws(KafkaError) {
            try KafkaClusterSettings.check(property: name, value: value)
            self = .accepted
        } catch {
            switch error {
            case .unknownProperty: self = .unknown
            case .reservedProperty(_, _, let reason): self = .reserved(reason: reason)
            case .invalidProperty(_, _, let reason), .cannotCreateClient(_, let reason), .system(let reason),
                .requestFailed(_, _, _, let reason):
                self = .refused(reason: reason)
            }
        }
    }
}
