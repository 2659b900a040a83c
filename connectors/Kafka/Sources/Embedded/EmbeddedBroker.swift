import CKafka
import Synchronization

/// A small broker inside the process: librdkafka's mock cluster. For a first look and for tests of the wiring.
///
/// Everything is in memory, the newest 5 MiB of each partition. There are no transactions, no offsets by time, no
/// retention, no administrative requests and no security; topics that are asked for are created with four partitions. Any
/// client can use it, also of other processes.
@safe package final class EmbeddedBroker: Sendable {
    @safe private struct Cluster: @unchecked Sendable {
        // Both are used through their own thread-safe functions only, and until `close`.
        let client: OpaquePointer
        let cluster: OpaquePointer
    }

    private let cluster: Mutex<Cluster?>
    /// Where it listens: host:port.
    package let bootstrapServers: String

    /// Starts a broker on a free port of this machine.
    package init() throws(KafkaError) {
        let configuration = unsafe rd_kafka_conf_new()
        unsafe rd_kafka_conf_set(configuration, "log_level", "2", nil, 0)
        let (client, reason) = unsafe withErrorText { unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, $0, $1) }
        guard let client = unsafe client else {
            unsafe rd_kafka_conf_destroy(configuration)
            throw .cannotCreateClient(cluster: "embedded", reason: reason)
        }
        guard let cluster = unsafe rd_kafka_mock_cluster_new(client, 1),
            let servers = unsafe rd_kafka_mock_cluster_bootstraps(cluster)
        else {
            unsafe rd_kafka_destroy(client)
            throw .cannotCreateClient(cluster: "embedded", reason: "the embedded broker cannot listen on 127.0.0.1")
        }
        bootstrapServers = unsafe String(cString: servers)
        self.cluster = unsafe Mutex(Cluster(client: client, cluster: cluster))
    }

    deinit { close() }

    /// The properties of a client that uses it. This broker answers an empty fetch only when its time is over, so that
    /// time is short.
    package var properties: [(String, String)] {
        [("bootstrap.servers", bootstrapServers), ("fetch.wait.max.ms", "5")]
    }

    /// Creates a topic.
    package func createTopic(_ topic: String, partitions: Int) throws(KafkaError) {
        let code = cluster.withLock { cluster in
            cluster.map { unsafe rd_kafka_mock_topic_create($0.cluster, topic, Int32(partitions), 1) }
        }
        guard let code, code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw .requestFailed(
            cluster: "embedded", request: "creating topic '\(topic)'", code: ClientHandle.name(code),
            reason: ClientHandle.text(code))
    }

    /// Ends it. Stop its clients first.
    package func close() {
        let cluster = cluster.withLock { cluster in
            defer { cluster = nil }
            return cluster
        }
        guard let cluster else { return }
        unsafe rd_kafka_mock_cluster_destroy(cluster.cluster)
        unsafe rd_kafka_destroy(cluster.client)
    }
}
