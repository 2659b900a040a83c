import CKafka

/// Owns one `rd_kafka_queue_t`, into which the partitions of one topic put what they have fetched.
///
/// A topic that is not read for a while so keeps no other topic waiting: its queue fills up to its limit, and librdkafka
/// fetches no more for it.
@safe final class RecordQueue {
    /// Above this many records in the queue no more are fetched.
    static let prefetchRecords = 100_000
    /// How many records are taken out at a time, at most.
    static let readRecords = 2000

    private let client: ClientHandle
    private let queue: OpaquePointer?
    private let messages: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>

    init(_ client: ClientHandle, waking wakeUp: WakeUp) {
        self.client = client
        unsafe queue = rd_kafka_queue_new(client.pointer)
        unsafe messages = .allocate(capacity: Self.readRecords)
        unsafe messages.initialize(repeating: nil)
        unsafe wakeUp.attach(to: queue)
    }

    deinit {
        unsafe rd_kafka_queue_destroy(queue)
        unsafe messages.deallocate()
    }

    /// How many records (and other things) are in the queue.
    var count: Int { unsafe Int(rd_kafka_queue_length(queue)) }

    /// Lets a partition that is about to be assigned put what it fetches here. Stopping the partition undoes that.
    func collect(topic: String, partition: Int32) {
        if let source = unsafe forward(topic, partition) { unsafe client.keep(source) }
    }

    /// Does it again for a partition that is assigned already.
    func collectAgain(topic: String, partition: Int32) {
        if let source = unsafe forward(topic, partition) { unsafe rd_kafka_queue_destroy(source) }
    }

    private func forward(_ topic: String, _ partition: Int32) -> OpaquePointer? {
        guard let source = unsafe rd_kafka_queue_get_partition(client.pointer, topic, partition) else { return nil }
        unsafe rd_kafka_queue_forward(source, queue)
        return unsafe source
    }

    /// Takes out what is there, without waiting, and lends each message. Returns how many there were.
    @inline(__always)
    func read(_ body: (UnsafeMutablePointer<rd_kafka_message_t>) -> Void) -> Int {
        let count = unsafe rd_kafka_consume_batch_queue(queue, 0, messages.baseAddress, messages.count)
        guard count > 0 else { return 0 }
        for index in 0..<count {
            guard let message = unsafe messages[index] else { continue }
            unsafe body(message)
            unsafe rd_kafka_message_destroy(message)
        }
        return count
    }
}
