import CKafka

/// Owns one `rd_kafka_topic_partition_list_t`.
@safe struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int = 1) { unsafe pointer = rd_kafka_topic_partition_list_new(Int32(capacity)) }

    init(topic: String, partition: Int32, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        self.init()
        add(topic: topic, partition: partition, offset: offset)
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(pointer) }

    var count: Int { unsafe Int(pointer.pointee.cnt) }

    func add(topic: String, partition: Int32, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        unsafe rd_kafka_topic_partition_list_add(pointer, topic, partition).pointee.offset = offset
    }

    /// The offset and the error of an element.
    subscript(index: Int) -> (partition: Int32, offset: Int64, error: rd_kafka_resp_err_t) {
        precondition(index >= 0 && index < count, "element \(index) of \(count) partitions")
        return unsafe (
            pointer.pointee.elems[index].partition, pointer.pointee.elems[index].offset,
            pointer.pointee.elems[index].err
        )
    }
}
