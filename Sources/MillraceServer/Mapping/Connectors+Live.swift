import MillraceConfiguration
import MillraceFile

extension Connectors {
    /// Kafka by librdkafka, and files.
    static let live = Connectors(
        kafkaSource: { cluster, _, _, _ in throw NodeError("Kafka is not there yet") },
        kafkaSink: { cluster, _ in throw NodeError("Kafka is not there yet") },
        lineSource: { path, intake, options, log in
            LineSource(path.map { .file(path: $0) } ?? .standardInput, intake: intake, options: options, log: log)
        },
        kafkaSetting: { _, _ in .accepted })
}
