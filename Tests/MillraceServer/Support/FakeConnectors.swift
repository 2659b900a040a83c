import Millrace
import MillraceConfiguration
import MillraceEngine
import Synchronization

@testable import MillraceServer

/// Sources and sinks that a test holds the ends of.
final class FakeConnectors: Sendable {
    let sources = Mutex<[FakeSource]>([])
    let sinks = Mutex<[FakeSink]>([])

    var connectors: Connectors {
        Connectors(
            kafkaSource: { [self] cluster, group, topics, _ in
                let source = FakeSource(cluster: cluster.name, group: group, topics: topics)
                sources.withLock { $0.append(source) }
                return source
            },
            kafkaSink: { [self] cluster, _ in
                let sink = FakeSink(cluster: cluster.name)
                sinks.withLock { $0.append(sink) }
                return sink
            },
            lineSource: { [self] path, intake, _, _ in
                let source = FakeSource(cluster: "", group: "", topics: [(path ?? "stdin", intake)])
                sources.withLock { $0.append(source) }
                return source
            },
            kafkaSetting: { Connectors.live.kafkaSetting($0, $1) })
    }
}

/// A source that delivers what the test tells it to.
final class FakeSource: RecordSource {
    let cluster: String
    let group: String
    let topics: [(topic: String, intake: Intake)]
    let isRunning = Mutex(false)
    private let slots = Mutex<[String: Int]>([:])

    init(cluster: String, group: String, topics: [(topic: String, intake: Intake)]) {
        self.cluster = cluster
        self.group = group
        self.topics = topics
    }

    func start() {
        isRunning.withLock { $0 = true }
        for (topic, intake) in topics {
            let (slot, position) = intake.open(topic: topic, partition: 0)
            if case .start = position { intake.begin(slot: slot, at: 0) }
            intake.report(.running(from: 0), slot: slot)
            slots.withLock { $0[topic] = slot }
        }
    }

    func stop() { isRunning.withLock { $0 = false } }

    /// Delivers records of one key, from an offset on.
    func deliver(_ topic: String, key: String, values: [String], from offset: Int64 = 0) {
        guard let intake = topics.first(where: { $0.topic == topic })?.intake,
            let slot = slots.withLock({ $0[topic] })
        else { return }
        let batch = intake.makeBatch()
        for (index, value) in values.enumerated() {
            unsafe Array(key.utf8).withUnsafeBytes { key in
                unsafe Array(value.utf8).withUnsafeBytes { value in
                    unsafe batch.append(
                        slot: slot, offset: offset + Int64(index), timestamp: nil, key: key, value: value)
                }
            }
            batch.finishRecord()
        }
        intake.deliver(batch)
        // Shards that had none of the records move on, too.
        intake.deliverProgress([(slot, offset + Int64(values.count))])
    }
}

/// A sink that acknowledges everything.
final class FakeSink: RecordSink {
    let cluster: String
    let maxRecordBytes = 1 << 20
    let count = Mutex(0)

    init(cluster: String) { self.cluster = cluster }
    func start() {}
    func stop(drainMilliseconds: Int) {}
    func send(_ batch: OutboundBatch) {
        count.withLock { $0 += batch.records.count }
        batch.delivered(batch.records.count)
    }
}
