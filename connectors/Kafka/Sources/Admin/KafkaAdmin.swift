import CKafka

/// Administrative requests to one cluster: topics, partitions, deleted records. Each blocks until the broker has answered.
package final class KafkaAdmin {
    private let client: ClientHandle
    private let timeoutMilliseconds: Int32

    package init(
        _ settings: KafkaClusterSettings, timeoutMilliseconds: Int32 = 15_000,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(KafkaError) {
        client = try ClientHandle(settings, role: .admin, log: log)
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Creates a topic, with topic settings of the broker's such as `cleanup.policy`.
    package func createTopic(
        _ topic: String, partitions: Int, replicas: Int = -1, configuration: [(String, String)] = []
    ) throws(KafkaError) {
        let new = unsafe withErrorText {
            unsafe rd_kafka_NewTopic_new(topic, Int32(partitions), Int32(replicas), $0, $1)
        }
        guard let request = unsafe new.result else { throw unsafe invalid("creating topic '\(topic)'", new.text) }
        defer { unsafe rd_kafka_NewTopic_destroy(request) }
        for (name, value) in configuration { unsafe rd_kafka_NewTopic_set_config(request, name, value) }
        try unsafe perform("creating topic '\(topic)'", RD_KAFKA_ADMIN_OP_CREATETOPICS) { options, queue in
            var list = unsafe OpaquePointer?(request)
            unsafe rd_kafka_CreateTopics(client.pointer, &list, 1, options, queue)
        } outcome: { event in
            var count = 0
            return unsafe topicErrors(
                rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count), count)
        }
    }

    /// Deletes a topic, and all that is in it.
    package func deleteTopic(_ topic: String) throws(KafkaError) {
        guard let request = unsafe rd_kafka_DeleteTopic_new(topic) else { throw invalid("deleting a topic", "no name") }
        defer { unsafe rd_kafka_DeleteTopic_destroy(request) }
        try unsafe perform("deleting topic '\(topic)'", RD_KAFKA_ADMIN_OP_DELETETOPICS) { options, queue in
            var list = unsafe OpaquePointer?(request)
            unsafe rd_kafka_DeleteTopics(client.pointer, &list, 1, options, queue)
        } outcome: { event in
            var count = 0
            return unsafe topicErrors(
                rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count), count)
        }
    }

    /// Gives a topic more partitions: `total` is how many it has then.
    package func addPartitions(to topic: String, total: Int) throws(KafkaError) {
        let new = unsafe withErrorText { unsafe rd_kafka_NewPartitions_new(topic, total, $0, $1) }
        guard let request = unsafe new.result else {
            throw unsafe invalid("adding partitions to topic '\(topic)'", new.text)
        }
        defer { unsafe rd_kafka_NewPartitions_destroy(request) }
        try unsafe perform("adding partitions to topic '\(topic)'", RD_KAFKA_ADMIN_OP_CREATEPARTITIONS) {
            options, queue in
            var list = unsafe OpaquePointer?(request)
            unsafe rd_kafka_CreatePartitions(client.pointer, &list, 1, options, queue)
        } outcome: { event in
            var count = 0
            return unsafe topicErrors(
                rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count), count)
        }
    }

    /// Deletes the records of a partition that come before an offset.
    package func deleteRecords(topic: String, partition: Int32, before offset: Int64) throws(KafkaError) {
        let list = PartitionList(topic: topic, partition: partition, offset: offset)
        guard let request = unsafe rd_kafka_DeleteRecords_new(list.pointer) else {
            throw invalid("deleting records", "no partition")
        }
        defer { unsafe rd_kafka_DeleteRecords_destroy(request) }
        try unsafe perform("deleting records of topic '\(topic)'", RD_KAFKA_ADMIN_OP_DELETERECORDS) { options, queue in
            var list = unsafe OpaquePointer?(request)
            unsafe rd_kafka_DeleteRecords(client.pointer, &list, 1, options, queue)
        } outcome: { event in
            guard
                let offsets = unsafe rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event)),
                unsafe offsets.pointee.cnt > 0
            else { return nil }
            let code = unsafe offsets.pointee.elems[0].err
            return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : (code, ClientHandle.text(code))
        }
    }

    // MARK: Requests

    private typealias Outcome = (rd_kafka_resp_err_t, String)?

    private func invalid(_ request: String, _ reason: String) -> KafkaError {
        client.error(request, RD_KAFKA_RESP_ERR__INVALID_ARG, reason)
    }

    private func perform(
        _ request: String, _ operation: rd_kafka_admin_op_t, _ send: (OpaquePointer?, OpaquePointer?) -> Void,
        outcome: (OpaquePointer) -> Outcome
    ) throws(KafkaError) {
        let options = unsafe rd_kafka_AdminOptions_new(client.pointer, operation)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        _ = unsafe withErrorText {
            unsafe rd_kafka_AdminOptions_set_request_timeout(options, timeoutMilliseconds, $0, $1)
        }
        if operation == RD_KAFKA_ADMIN_OP_CREATETOPICS || operation == RD_KAFKA_ADMIN_OP_DELETETOPICS
            || operation == RD_KAFKA_ADMIN_OP_CREATEPARTITIONS
        {
            // The answer comes when it is done everywhere.
            _ = unsafe withErrorText {
                unsafe rd_kafka_AdminOptions_set_operation_timeout(options, timeoutMilliseconds, $0, $1)
            }
        }
        let queue = unsafe rd_kafka_queue_new(client.pointer)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        unsafe send(options, queue)
        guard let event = unsafe rd_kafka_queue_poll(queue, timeoutMilliseconds + 5000) else {
            throw client.error(request, RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        let code = unsafe rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw unsafe client.error(request, code, ClientHandle.text(rd_kafka_event_error_string(event), code))
        }
        if let (code, text) = unsafe outcome(event) { throw client.error(request, code, text) }
    }

    private func topicErrors(_ topics: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int) -> Outcome {
        guard let topics = unsafe topics else { return nil }
        for index in 0..<count {
            let code = unsafe rd_kafka_topic_result_error(topics[index])
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            return unsafe (code, ClientHandle.text(rd_kafka_topic_result_error_string(topics[index]), code))
        }
        return nil
    }
}
