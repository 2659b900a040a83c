import CKafka

/// What only a producer does.
extension ClientHandle {
    /// Visits the reports of a delivery event: each record's tag, and what went wrong with it.
    @inline(__always)
    func forEachReport(in event: OpaquePointer, _ visit: (_ tag: UInt64, _ error: rd_kafka_resp_err_t) -> Void) {
        while let message = unsafe rd_kafka_event_message_next(event) {
            unsafe visit(UInt64(UInt(bitPattern: message.pointee._private)), message.pointee.err)
        }
    }

    /// Gives up what is queued and under way: a report comes for each record.
    func purge() {
        unsafe rd_kafka_purge(
            pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
    }

    /// Whether any broker answers within the time. Blocks.
    func isReachable(timeoutMilliseconds: Int32) -> Bool {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(pointer, 0, nil, &answer, timeoutMilliseconds)
        if let answer = unsafe answer { unsafe rd_kafka_metadata_destroy(answer) }
        return code == RD_KAFKA_RESP_ERR_NO_ERROR
    }
}
