import Ceilings
import MillraceEngine
import MillraceKafka

/// A topic that workloads read instead of records made in memory.
struct KafkaInput {
    let bootstrap: String
    let topic: String
    /// How many of its records are read.
    let records: Int

    /// What the workload of this process reads; `nil` for records from memory. Set before it runs.
    nonisolated(unsafe) static var current: KafkaInput?

    /// Asks the broker how many records the topic has.
    init(bootstrap: String, topic: String, records: Int?) throws {
        self.bootstrap = bootstrap
        self.topic = topic
        let stored = unsafe topic_records(bootstrap, topic)
        guard stored > 0 else {
            throw BenchFailure(
                description: stored == 0
                    ? "topic \(topic) at \(bootstrap) has no records" : "topic \(topic) at \(bootstrap) cannot be read")
        }
        self.records = min(records ?? stored, stored)
    }

    var settings: KafkaClusterSettings {
        KafkaClusterSettings(
            name: "main", properties: [("bootstrap.servers", bootstrap)], groupID: "millrace-bench-\(topic)")
    }

    /// Where `forward` puts what it reads from this topic.
    var outputTopic: String { topic + "-out" }

    /// A sink on the same cluster, and the topic for it.
    func makeSink() throws -> any RecordSink {
        let outputs = unsafe topic_records(bootstrap, outputTopic)
        if outputs < 0 { try KafkaAdmin(settings).createTopic(outputTopic, partitions: 4) }
        return try KafkaSink(settings, log: say)
    }
}
