/// The Kafka clusters.
public struct KafkaConfiguration: Sendable, Equatable {
    /// The clusters, in the file's order. Records that are emitted without a cluster's name go to the first one.
    public var clusters: [KafkaCluster] = []

    /// No clusters.
    public init() {}

    /// The cluster of that name.
    public func cluster(named name: String) -> KafkaCluster? {
        clusters.first { $0.name == name }
    }
}
