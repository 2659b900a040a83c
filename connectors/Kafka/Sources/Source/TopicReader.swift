import CKafka
import MillraceEngine

/// Reads one topic for one intake: what has been fetched goes in batches from the topic's queue to the intake.
final class TopicReader {
    let topic: String
    let intake: Intake
    let queue: RecordQueue
    /// By partition number.
    var partitions: [PartitionReader] = []
    /// When the broker is to be asked for the topic's partitions next.
    var nextDiscovery = 0
    /// How many answers in a row said that the topic does not exist.
    var absences = 0
    /// Since when the intake has taken nothing, or `nil`.
    var saturatedSince: Int?
    var isPaused = false
    /// Whether the prefetch may have stopped because the queue was full: see `ConsumerLoop.keepFetching`.
    var mayBeFull = false
    /// Which partition that is not being read is asked for its log's end next.
    var nextLogEndQuery = 0
    /// Errors that came with the last read, by partition.
    private(set) var failures: [(partition: Int32, offset: Int64, code: rd_kafka_resp_err_t, text: String)] = []

    init(topic: String, intake: Intake, queue: RecordQueue) {
        self.topic = topic
        self.intake = intake
        self.queue = queue
    }

    /// The lowest offset at which any partition goes on.
    var lowestNext: Int64 { partitions.map(\.next).filter { $0 >= 0 }.min() ?? 0 }

    /// Hands over what is in the queue, up to one batch, without waiting. Returns how much was in the queue.
    func read() -> Int {
        let batch = intake.makeBatch()
        failures.removeAll(keepingCapacity: true)
        let count = unsafe queue.read { message in
            if unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                unsafe take(message, into: batch)
            } else {
                unsafe notice(message, in: batch)
            }
        }
        intake.deliver(batch)
        return count
    }

    @inline(__always)
    private func take(_ message: UnsafeMutablePointer<rd_kafka_message_t>, into batch: RecordBatch) {
        let index = unsafe Int(message.pointee.partition)
        // What was fetched before a partition was stopped or paused may still come.
        guard index >= 0, index < partitions.count, partitions[index].phase == .reading else { return }
        let offset = unsafe message.pointee.offset
        let timestamp = unsafe rd_kafka_message_timestamp(message, nil)
        unsafe batch.append(
            slot: partitions[index].slot, offset: offset, timestamp: timestamp >= 0 ? timestamp : nil,
            key: message.pointee.key.map { unsafe UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) },
            value: message.pointee.payload.map { unsafe UnsafeRawBufferPointer(start: $0, count: message.pointee.len) })
        unsafe MessageHeaders.forEach(of: message) { unsafe batch.appendHeader(name: $0, value: $1) }
        batch.finishRecord()
        partitions[index].next = offset + 1
        partitions[index].hasArrived = true
    }

    private func notice(_ message: UnsafeMutablePointer<rd_kafka_message_t>, in batch: RecordBatch) {
        let index = unsafe Int(message.pointee.partition)
        let (code, offset) = unsafe (message.pointee.err, message.pointee.offset)
        let isRead = index >= 0 && index < partitions.count && partitions[index].phase == .reading
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            // Read up to the end, where there may also be control records or gaps.
            guard isRead, offset >= partitions[index].next else { return }
            partitions[index].next = offset
            partitions[index].hasArrived = true
            batch.advance(slot: partitions[index].slot, next: offset)
            return
        }
        let text = unsafe ClientHandle.text(rd_kafka_message_errstr(message), code)
        failures.append((Int32(index), offset, code, text))
    }
}
