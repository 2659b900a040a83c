package import MillraceEngine
import Synchronization

/// Reads topics of one cluster, each for one subscription, with one consumer on one thread.
///
/// The topics are distinct; where two subscriptions read the same topic there are two sources, with different groups.
package final class KafkaSource: RecordSource {
    /// How often the source looks after things; tests make it impatient.
    package struct Cadence: Sendable {
        /// How often the broker is asked for partitions that were added.
        package var metadataMilliseconds = 10_000
        /// How often the broker is asked for a topic that does not exist, and the like.
        package var retryMilliseconds = 1000
        /// How often progress, group offsets and log ends are told.
        package var reportMilliseconds = 1000
        /// After how long its partitions are paused when an intake takes nothing.
        package var pauseAfterMilliseconds = 1000
        /// How long one request may take.
        package var requestMilliseconds = 2000

        package init() {}
    }

    private let settings: KafkaClusterSettings
    private let topics: [(topic: String, intake: Intake)]
    private let cadence: Cadence
    private let log: @Sendable (String) -> Void
    private let stopping: StopRequest
    private let thread = Mutex<OSThread?>(nil)

    /// A source that is not yet started.
    package init(
        _ settings: KafkaClusterSettings, topics: [(topic: String, intake: Intake)], cadence: Cadence = Cadence(),
        log: @escaping @Sendable (String) -> Void
    ) throws(KafkaError) {
        precondition(
            Set(topics.map(\.topic)).count == topics.count, "a source reads each topic once: \(topics.map(\.topic))")
        self.settings = settings
        self.topics = topics
        self.cadence = cadence
        self.log = log
        stopping = try StopRequest()
    }

    /// Starts reading. Throws ``KafkaError`` where no client can be made; whether the cluster can be reached shows later.
    package func start() throws {
        let (settings, topics, cadence, log, stopping) = (settings, topics, cadence, log, stopping)
        let started = try OSThread.running(name: "kafka-\(settings.name)", cluster: settings.name) {
            () throws(KafkaError) in
            try ConsumerLoop(settings, topics: topics, cadence: cadence, stopping: stopping, log: log)
        }
        thread.withLock { $0 = started }
    }

    package func stop() {
        stopping.request()
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }
}
