import Millrace
import MillraceStore
import Synchronization
import TestKit

@testable import MillraceEngine
@testable import MillraceKafka

/// A real engine on RocksDB that reads topics of a cluster, runs a ``Recorder`` and writes to the cluster. Another one
/// may go on in the same directory when it has stopped.
final class TestNode {
    struct Setup {
        var topic: String
        var cluster: KafkaClusterSettings
        var key = KeySelector.record
        var start = StartPosition.earliest
        var onError = ErrorPolicy(attempts: 1)
        var onMissingOffset = MissingOffsetPolicy.stop
        var maxInFlightRecords = 65_536
        var maxQueuedRecords = 1_000_000
        /// Takes the place of the Kafka sink.
        var makeSink: (KafkaSink) -> any RecordSink = { $0 }
        /// Takes the place of the Kafka source.
        var makeSource: ((Intake) -> any RecordSource)?
        var makeDisk: (RocksDisk) -> any Disk = { $0 }

        init(topic: String, cluster: KafkaClusterSettings = RealBroker.settings()) {
            self.topic = topic
            self.cluster = cluster
        }
    }

    let engine: Engine
    let sink: KafkaSink
    let observer = StatusObserver()
    private let disk: RocksDisk
    private let source: any RecordSource

    init(_ directory: TemporaryDirectory, _ recorder: Recorder, _ setup: Setup) throws {
        disk = try RocksDisk.open(
            directory: directory.path + "/data", options: RocksDiskOptions(memoryBytes: 16 << 20, reservedBytes: 0))
        sink = try KafkaSink(setup.cluster, log: Lines.standardError)
        var options = EngineOptions()
        options.shardCount = 8
        engine = try Engine(
            options: options, services: [recorder.service],
            subscriptions: [
                SubscriptionDefinition(
                    name: "test", service: "Recorder", handler: "keep", key: setup.key, start: setup.start,
                    onError: setup.onError, onMissingOffset: setup.onMissingOffset,
                    maxQueuedRecords: setup.maxQueuedRecords, maxInFlightRecords: setup.maxInFlightRecords)
            ],
            sinks: [("main", setup.makeSink(sink))], disk: setup.makeDisk(disk), clock: SystemClock(),
            observer: observer)
        let intake = engine.intakes[0]
        source =
            try setup.makeSource?(intake)
            ?? KafkaSource(
                setup.cluster, topics: [(setup.topic, intake)], cadence: RealBroker.impatient, log: Lines.standardError)
        try engine.start(sources: [source])
    }

    /// Runs a node while `body` runs.
    static func run(
        _ directory: TemporaryDirectory, _ recorder: Recorder, _ setup: Setup, drainMilliseconds: Int = 5000,
        _ body: (TestNode) throws -> Void
    ) throws {
        let node = try TestNode(directory, recorder, setup)
        defer { node.stop(drainMilliseconds: drainMilliseconds) }
        try body(node)
    }

    private func stop(drainMilliseconds: Int) {
        engine.stop(sources: [source], drainMilliseconds: drainMilliseconds)
        disk.close()
    }

    /// The figures of the topic's partition.
    func partition(_ partition: Int32) -> EngineStatistics.Subscription.Partition? {
        engine.statistics.subscriptions[0].partitions.first { $0.partition == partition }
    }

    /// Waits until everything that was delivered is durable and acknowledged.
    func waitUntilIdle() -> Bool { Waiting.wait { engine.isIdle } }
}

/// Keeps what an engine tells of its sources.
final class StatusObserver: EngineObserver {
    private let statuses = Mutex<[(partition: Int32?, status: SourceStatus)]>([])
    private let changed = Signal()

    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {
        statuses.withLock { $0.append((partition?.partition, status)) }
        changed.raise()
    }

    /// The last status of a partition, or of the subscription.
    func status(_ partition: Int32? = nil) -> SourceStatus? {
        statuses.withLock { $0.last { $0.partition == partition }?.status }
    }

    /// Waits until the last status of a partition, or of the subscription, fulfils a condition.
    func wait(_ partition: Int32? = nil, until condition: (SourceStatus) -> Bool) -> Bool {
        Waiting.wait(changed) { status(partition).map(condition) ?? false }
    }

    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) {}
    func keyParked(_ event: FailureEvent) {}
    func recordSkipped(_ event: FailureEvent) {}
    func handlerBlocked(_ event: BlockedHandlerEvent) {}
    func warning(_ message: String) { Lines.standardError(message) }
    func storageBlocked(_ error: StoreFailure) { Lines.standardError(error.message) }
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) { Lines.standardError(error.message) }
}
