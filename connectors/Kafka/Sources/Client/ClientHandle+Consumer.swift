import CKafka

/// What only a consumer does. Everything happens on the source's one thread: in librdkafka before 2.1 the batch call
/// loses records when another thread pauses, seeks or assigns at the same time.
extension ClientHandle {
    /// Starts reading partitions, each at its offset.
    func assign(_ partitions: borrowing PartitionList) throws(KafkaError) {
        unsafe try check("assigning partitions", rd_kafka_incremental_assign(pointer, partitions.pointer))
    }

    /// Ends reading partitions, and drops what has been fetched of them. Takes effect a little later.
    func unassign(_ partitions: borrowing PartitionList) throws(KafkaError) {
        unsafe try check("unassigning partitions", rd_kafka_incremental_unassign(pointer, partitions.pointer))
    }

    /// Drops what has been fetched of partitions, and fetches no more.
    func pause(_ partitions: borrowing PartitionList) {
        unsafe rd_kafka_pause_partitions(pointer, partitions.pointer)
    }

    /// Goes on reading partitions that were paused, at the offsets given.
    ///
    /// librdkafka's own memory of the offset is not trusted (before 2.4 it may be an earlier one): the seek sets it. It
    /// comes second because it, unlike the resumption, wakes the thread that fetches; what is fetched in between carries
    /// an older version and is dropped.
    func resume(_ partitions: borrowing PartitionList) throws(KafkaError) {
        unsafe rd_kafka_resume_partitions(pointer, partitions.pointer)
        unsafe try check("seeking", rd_kafka_seek_partitions(pointer, partitions.pointer, 0))
    }

    /// The end of a partition's log as the last fetch told it, or `nil` where there was none yet. Costs nothing.
    func lastKnownEnd(topic: String, partition: Int32) -> Int64? {
        var (low, high) = (Int64(-1), Int64(-1))
        let code = unsafe rd_kafka_get_watermark_offsets(pointer, topic, partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// The offset of the first record with a time or a later one, or `nil` where there is none. Blocks.
    func offset(
        topic: String, partition: Int32, timestamp: Int64, timeoutMilliseconds: Int32
    ) -> Result<Int64?, KafkaError> {
        let list = PartitionList(topic: topic, partition: partition, offset: timestamp)
        var code = unsafe rd_kafka_offsets_for_times(pointer, list.pointer, timeoutMilliseconds)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { code = list[0].error }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .failure(error("asking for the offset of a time", code))
        }
        return .success(list[0].offset >= 0 ? list[0].offset : nil)
    }

    /// Commits offsets to the consumer group; the outcome comes as an event.
    func commit(_ offsets: borrowing PartitionList) -> rd_kafka_resp_err_t {
        let queue = unsafe rd_kafka_queue_get_main(pointer)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        return unsafe rd_kafka_commit_queue(pointer, offsets.pointer, queue, nil, nil)
    }

    private func check(_ request: String, _ failure: OpaquePointer?) throws(KafkaError) {
        guard let failure = unsafe failure else { return }
        defer { unsafe rd_kafka_error_destroy(failure) }
        throw unsafe error(
            request, rd_kafka_error_code(failure), String(cString: rd_kafka_error_string(failure)))
    }
}
