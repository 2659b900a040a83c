import CKafka
import Foundation

@testable import MillraceEngine
@testable import MillraceKafka

/// What tests ask of a broker beyond the connector.
enum BrokerTools {
    struct Failure: Error {
        let text: String
    }

    /// The offset that a group has committed, or `nil` where it has none.
    static func committedOffset(
        group: String, topic: String, partition: Int32 = 0
    ) throws -> Int64? {
        let client = try ClientHandle(
            RealBroker.settings(group: group), role: .consumer(topics: 1), log: Lines.standardError)
        let list = PartitionList(topic: topic, partition: partition)
        let code = unsafe rd_kafka_committed(client.pointer, list.pointer, 10_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error("asking for committed offsets", code) }
        return list[0].offset >= 0 ? list[0].offset : nil
    }

    /// Changes a setting of a topic.
    static func configure(_ topic: String, _ name: String, _ value: String) throws {
        let client = try ClientHandle(RealBroker.settings(), role: .admin, log: Lines.standardError)
        let resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        unsafe rd_kafka_ConfigResource_set_config(resource, name, value)
        let queue = unsafe rd_kafka_queue_new(client.pointer)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        var list = unsafe resource
        unsafe rd_kafka_AlterConfigs(client.pointer, &list, 1, nil, queue)
        guard let event = unsafe rd_kafka_queue_poll(queue, 20_000) else { throw Failure(text: "no answer") }
        defer { unsafe rd_kafka_event_destroy(event) }
        let code = unsafe rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error("altering a topic", code) }
    }

    enum Ending {
        case commit
        case abort
    }

    /// Writes records in one transaction, which leaves a control record behind them.
    static func produceInTransaction(
        _ records: [KafkaProbe.Record], to topic: String, partition: Int32 = 0, ending: Ending = .commit
    ) throws {
        let configuration = unsafe rd_kafka_conf_new()
        unsafe rd_kafka_conf_set(configuration, "bootstrap.servers", RealBroker.address, nil, 0)
        unsafe rd_kafka_conf_set(configuration, "transactional.id", RealBroker.name("transaction"), nil, 0)
        let made = unsafe withErrorText { unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, $0, $1) }
        guard let client = unsafe made.result else { throw Failure(text: "no client") }
        defer { unsafe rd_kafka_destroy(client) }
        func check(_ failure: OpaquePointer?) throws {
            guard let failure = unsafe failure else { return }
            defer { unsafe rd_kafka_error_destroy(failure) }
            throw unsafe Failure(text: String(cString: rd_kafka_error_string(failure)))
        }
        try unsafe check(rd_kafka_init_transactions(client, 20_000))
        try unsafe check(rd_kafka_begin_transaction(client))
        let handle = unsafe rd_kafka_topic_new(client, topic, nil)
        defer { unsafe rd_kafka_topic_destroy(handle) }
        for record in records {
            var (key, value) = (record.key ?? [], record.value ?? [])
            let count = value.count
            unsafe value.withUnsafeMutableBytes { bytes in
                unsafe key.withUnsafeMutableBytes { key in
                    _ = unsafe rd_kafka_produce(
                        handle, partition, Int32(RD_KAFKA_MSG_F_COPY), bytes.baseAddress, count, key.baseAddress,
                        key.count, nil)
                }
            }
        }
        // An abort drops what has not been sent yet, so that has to be on the broker first.
        let code = unsafe rd_kafka_flush(client, 20_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw Failure(text: "the records were not sent") }
        switch ending {
        case .commit: try unsafe check(rd_kafka_commit_transaction(client, 20_000))
        case .abort: try unsafe check(rd_kafka_abort_transaction(client, 20_000))
        }
    }
}

extension KafkaProbe {
    /// All records of a topic up to its present end: what was sent twice too, however often that was.
    func everything(in topic: String, partitions: Int = 1) throws -> [Received] {
        // One more record in each partition marks the end.
        try produce((0..<partitions).map { Record(key: "end", value: "end", partition: Int32($0)) }, to: topic)
        var (received, ends) = ([Received](), 0)
        try follow(topic, from: .earliest, timeoutMilliseconds: 60_000) { record in
            if record.text == "end" { ends += 1 } else { received.append(record) }
            return ends < partitions
        }
        return received
    }
}
