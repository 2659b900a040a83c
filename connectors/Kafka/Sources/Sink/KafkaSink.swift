package import MillraceEngine
import Synchronization

/// Writes emitted records to topics of one cluster, with one idempotent producer on one thread.
///
/// Every record carries the header ``sequenceHeader``: the same when it is sent again, so that a reader can drop what it
/// has seen. Records of one shard reach each topic in order. Nothing is given up: a topic that does not exist, or does not
/// take a record, keeps its records waiting, and only those; ``status`` says so.
package final class KafkaSink: RecordSink {
    /// How a sink is doing.
    package enum Status: Sendable, Equatable {
        case running
        /// Some records cannot leave for now; one reason for each topic, or one for the cluster.
        case waiting(reasons: [String])
        case stopped
    }

    /// The header that says which shard sent the record, and its number there: `SHARD/SEQUENCE`, in decimal.
    package static let sequenceHeader: StaticString = "millrace-sequence"

    package let maxRecordBytes: Int
    private let settings: KafkaClusterSettings
    private let log: @Sendable (String) -> Void
    private let inbox: SinkInbox
    private let thread = Mutex<OSThread?>(nil)

    /// A sink that is not yet started.
    package init(_ settings: KafkaClusterSettings, log: @escaping @Sendable (String) -> Void) throws(KafkaError) {
        self.settings = settings
        self.log = log
        inbox = try SinkInbox()
        let limit = settings.properties.last { $0.0 == "message.max.bytes" }.flatMap { Int($0.1) } ?? 1_000_000
        // Room for our header and for the framing.
        maxRecordBytes = max(0, limit - 1024)
    }

    /// How the sink is doing. Any thread.
    package var status: Status { inbox.status.withLock { $0 } }

    /// How many records have been taken and are not yet acknowledged. Any thread.
    package var unacknowledgedRecords: Int { inbox.unacknowledged.load(ordering: .relaxed) }

    /// Starts the thread. Throws ``KafkaError`` where no client can be made; whether the cluster can be reached shows later.
    package func start() throws {
        let (settings, inbox, log) = (settings, inbox, log)
        let started = try OSThread.running(name: "emit-\(settings.name)", cluster: settings.name) {
            () throws(KafkaError) in
            try ProducerLoop(settings, inbox: inbox, log: log)
        }
        thread.withLock { $0 = started }
    }

    package func send(_ batch: OutboundBatch) { inbox.put(batch) }

    package func stop(drainMilliseconds: Int) {
        inbox.stop(drainMilliseconds: drainMilliseconds)
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }
}
