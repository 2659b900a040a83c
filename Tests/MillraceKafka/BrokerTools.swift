import CKafka

@testable import MillraceKafka

/// What tests ask of a broker beyond the connector.
extension KafkaAdmin {
    /// The offset that a group has committed, or `nil` where it has none.
    func committedOffset(group: String, topic: String, partition: Int32) throws -> Int64? {
        let client = try ClientHandle(
            RealBroker.settings(group: group), role: .consumer(topics: 1), log: Lines.standardError)
        let list = PartitionList(topic: topic, partition: partition)
        let code = unsafe rd_kafka_committed(client.pointer, list.pointer, 10_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error("committed", code) }
        return list[0].offset >= 0 ? list[0].offset : nil
    }
}

extension KafkaProbe {
    struct TransactionFailed: Error {
        let text: String
    }

    /// Writes records in one transaction, which leaves a control record behind them.
    func produceInTransaction(_ records: [Record], to topic: String, transactionalID: String) throws {
        let configuration = unsafe rd_kafka_conf_new()
        unsafe rd_kafka_conf_set(configuration, "bootstrap.servers", RealBroker.address, nil, 0)
        unsafe rd_kafka_conf_set(configuration, "transactional.id", transactionalID, nil, 0)
        let made = unsafe withErrorText { unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, $0, $1) }
        guard let client = unsafe made.result else { throw TransactionFailed(text: "no client") }
        defer { unsafe rd_kafka_destroy(client) }
        func check(_ failure: OpaquePointer?) throws {
            guard let failure = unsafe failure else { return }
            defer { unsafe rd_kafka_error_destroy(failure) }
            throw unsafe TransactionFailed(text: String(cString: rd_kafka_error_string(failure)))
        }
        try unsafe check(rd_kafka_init_transactions(client, 20_000))
        try unsafe check(rd_kafka_begin_transaction(client))
        let handle = unsafe rd_kafka_topic_new(client, topic, nil)
        defer { unsafe rd_kafka_topic_destroy(handle) }
        for record in records {
            var value = record.value ?? []
            let count = value.count
            unsafe value.withUnsafeMutableBytes { bytes in
                _ = unsafe rd_kafka_produce(
                    handle, 0, Int32(RD_KAFKA_MSG_F_COPY), bytes.baseAddress, count, nil, 0, nil)
            }
        }
        try unsafe check(rd_kafka_commit_transaction(client, 20_000))
    }
}
