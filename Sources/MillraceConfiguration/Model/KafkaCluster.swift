/// One Kafka cluster: how to reach it, in librdkafka's own settings.
public struct KafkaCluster: Sendable, Equatable {
    /// The name that subscriptions and `emit` use: letters, digits, `.`, `_` and `-`.
    public var name: String
    /// The consumer group that offsets are committed to, as information for lag tools; `group.id` in the file.
    /// Where to resume is read from the store, never from the group.
    public var groupID: String
    /// The settings for librdkafka, in the file's order, without `group.id`. Their names are not checked here.
    public var settings: [KafkaSetting]

    /// The group of a cluster that names none.
    public static let standardGroupID = "millrace"

    /// A cluster.
    public init(name: String, groupID: String = standardGroupID, settings: [KafkaSetting] = []) {
        self.name = name
        self.groupID = groupID
        self.settings = settings
    }
}
