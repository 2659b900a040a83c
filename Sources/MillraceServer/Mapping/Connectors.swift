import MillraceConfiguration
import MillraceEngine
import MillraceFile

/// How sources and sinks are made of what the configuration says. Tests bring their own.
struct Connectors: Sendable {
    /// Takes a connector's words for the log.
    typealias Log = @Sendable (String) -> Void

    /// A source that reads topics of a cluster under a group.
    var kafkaSource:
        @Sendable (
            _ cluster: KafkaCluster, _ groupID: String, _ topics: [(topic: String, intake: Intake)],
            _ log: @escaping Log
        ) throws -> any RecordSource
    /// A sink that sends to a cluster.
    var kafkaSink: @Sendable (_ cluster: KafkaCluster, _ log: @escaping Log) throws -> any RecordSink
    /// A source that reads the lines of a file, or of standard input where the path is `nil`.
    var lineSource:
        @Sendable (_ path: String?, _ intake: Intake, _ options: LineSource.Options, _ log: @escaping Log) throws ->
            any RecordSource
    /// What librdkafka says to a setting's name and value.
    var kafkaSetting: @Sendable (_ name: String, _ value: String) -> KafkaSettingVerdict
}
