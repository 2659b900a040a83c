import CKafka

/// Owns one `rd_kafka_t`. Not `Sendable`: it lives on the thread that made it.
@safe final class ClientHandle {
    /// An error that librdkafka tells about the client as a whole.
    struct Failure {
        let code: rd_kafka_resp_err_t
        let text: String
        let isFatal: Bool
    }

    /// What is known of one topic.
    enum TopicMetadata {
        /// The partitions that exist, and for those without a leader the reason.
        case partitions([(id: Int32, leader: Int32, error: String?)])
        case doesNotExist
        case failed(String)
    }

    let callbacks: ClientCallbacks
    let pointer: OpaquePointer
    private let mainQueue: OpaquePointer?
    private let kind: rd_kafka_type_t
    /// The own queues of the partitions that were ever assigned.
    private var partitionQueues: [OpaquePointer] = unsafe []
    private static let closeMilliseconds = 1000

    init(
        _ settings: KafkaClusterSettings, role: ClientConfiguration.Role, log: @escaping @Sendable (String) -> Void
    ) throws(KafkaError) {
        callbacks = ClientCallbacks(settings: settings, log: log)
        var configuration = try ClientConfiguration(settings, role: role)
        var events = RD_KAFKA_EVENT_ERROR
        switch role {
        case .consumer:
            kind = RD_KAFKA_CONSUMER
            events |= RD_KAFKA_EVENT_OFFSET_COMMIT
        case .producer:
            kind = RD_KAFKA_PRODUCER
            events |= RD_KAFKA_EVENT_DR
        case .admin: kind = RD_KAFKA_PRODUCER
        }
        unsafe pointer = try configuration.makeClient(kind, callbacks: callbacks, events: events)
        unsafe mainQueue = rd_kafka_queue_get_main(pointer)
    }

    deinit {
        if let mainQueue = unsafe mainQueue { unsafe rd_kafka_queue_destroy(mainQueue) }
        if kind == RD_KAFKA_CONSUMER {
            closeConsumer()
            emptyPartitionQueues()
        }
        unsafe rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// Stops the partitions. It has never joined its group, so there is nothing to leave; but closing also waits for
    /// offsets on their way to a coordinator, which may be away for good: hence the time limit.
    private func closeConsumer() {
        guard let queue = unsafe rd_kafka_queue_new(pointer) else { return }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        if let failure = unsafe rd_kafka_consumer_close_queue(pointer, queue) {
            return unsafe rd_kafka_error_destroy(failure)
        }
        let deadline = ConsumerLoop.now() + Self.closeMilliseconds
        while unsafe rd_kafka_consumer_closed(pointer) == 0, ConsumerLoop.now() < deadline {
            if let event = unsafe rd_kafka_queue_poll(queue, 50) { unsafe rd_kafka_event_destroy(event) }
        }
    }

    /// A partition that stops while its topic does not exist is left with an error in its own queue, which holds on to the
    /// partition, which holds on to its broker: librdkafka would wait for that without end when it is destroyed.
    private func emptyPartitionQueues() {
        for index in unsafe partitionQueues.indices {
            let queue = unsafe partitionQueues[index]
            unsafe rd_kafka_queue_forward(queue, nil)
            while let event = unsafe rd_kafka_queue_poll(queue, 0) { unsafe rd_kafka_event_destroy(event) }
            unsafe rd_kafka_queue_destroy(queue)
        }
    }

    /// Keeps a partition's own queue until the client ends.
    func keep(_ partitionQueue: OpaquePointer) { unsafe partitionQueues.append(partitionQueue) }

    var settings: KafkaClusterSettings { callbacks.settings }

    // MARK: Events

    /// Lends the next event, or returns `nil` where there is none within the time.
    func nextEvent<R>(timeoutMilliseconds: Int32, _ body: (OpaquePointer) -> R) -> R? {
        guard let event = unsafe rd_kafka_queue_poll(mainQueue, timeoutMilliseconds) else { return nil }
        defer { unsafe rd_kafka_event_destroy(event) }
        return unsafe body(event)
    }

    /// What an error event says.
    func failure(of event: OpaquePointer) -> Failure {
        var code = unsafe rd_kafka_event_error(event)
        var text = unsafe Self.text(rd_kafka_event_error_string(event), code)
        let isFatal = unsafe rd_kafka_event_error_is_fatal(event) != 0
        if isFatal { unsafe (code, text) = withErrorText { unsafe rd_kafka_fatal_error(pointer, $0, $1) } }
        return Failure(code: code, text: settings.redacted(Self.withoutCircumstances(text)), isFatal: isFatal)
    }

    /// A text of librdkafka's without how long a connection was in which state and how often the same was not told, so that
    /// the same trouble has the same words.
    static func withoutCircumstances(_ text: String) -> String {
        text.replacing(#/ \(after \d+ms in state [^)]*\)/#, with: "")
    }

    /// Lets the main queue write to `wakeUp` when it becomes non-empty.
    func wake(_ wakeUp: WakeUp) { unsafe wakeUp.attach(to: mainQueue) }

    // MARK: Requests that block

    /// Asks a broker for a topic's partitions. Blocks up to the time given.
    func metadata(topic: String, timeoutMilliseconds: Int32) -> TopicMetadata {
        guard let handle = unsafe rd_kafka_topic_new(pointer, topic, nil) else {
            return .failed(Self.text(rd_kafka_last_error()))
        }
        defer { unsafe rd_kafka_topic_destroy(handle) }
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(pointer, 0, handle, &answer, timeoutMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else { return .failed(Self.text(code)) }
        defer { unsafe rd_kafka_metadata_destroy(answer) }
        let topics = unsafe UnsafeBufferPointer(start: answer.pointee.topics, count: Int(answer.pointee.topic_cnt))
        guard let found = unsafe topics.first else { return .failed("the broker's answer names no topic") }
        switch unsafe found.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE: break
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return .doesNotExist
        case let code: return .failed(Self.text(code))
        }
        let partitions = unsafe UnsafeBufferPointer(start: found.partitions, count: Int(found.partition_cnt))
        if partitions.isEmpty { return .failed("the topic has no leader yet") }
        return unsafe .partitions(
            partitions.map { partition in
                let code = unsafe partition.err
                let hasError = unsafe partition.leader < 0
                return unsafe (partition.id, partition.leader, hasError ? Self.text(code) : nil)
            })
    }

    /// The first and the next offset of a partition's log, asked from its leader.
    func watermarks(
        topic: String, partition: Int32, timeoutMilliseconds: Int32
    ) -> Result<(low: Int64, high: Int64), KafkaError> {
        var (low, high) = (Int64(-1), Int64(-1))
        let code = unsafe rd_kafka_query_watermark_offsets(
            pointer, topic, partition, &low, &high, timeoutMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(error("asking for the log's offsets", code)) }
        return .success((low, high))
    }

    // MARK: Texts

    func error(_ request: String, _ code: rd_kafka_resp_err_t, _ text: String? = nil) -> KafkaError {
        .requestFailed(
            cluster: settings.name, request: request, code: Self.name(code),
            reason: settings.redacted(text ?? Self.text(code)))
    }

    static func name(_ code: rd_kafka_resp_err_t) -> String { unsafe String(cString: rd_kafka_err2name(code)) }

    static func text(_ code: rd_kafka_resp_err_t) -> String { unsafe String(cString: rd_kafka_err2str(code)) }

    static func text(_ text: UnsafePointer<CChar>?, _ code: rd_kafka_resp_err_t) -> String {
        if let text = unsafe text { return unsafe String(cString: text) }
        return Self.text(code)
    }
}
