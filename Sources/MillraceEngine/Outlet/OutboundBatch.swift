package import Millrace
import Synchronization

/// Records that one batch of one shard decided to emit to one sink, in the order of their sequence numbers.
///
/// Filled by the shard, then only read. It reaches the sink when the batch is durable, and tells its shard when all its
/// records are acknowledged.
package final class OutboundBatch: Sendable {
    /// One record to be sent. Its key, value and headers are read with ``withBytes(_:)``.
    package struct Record: Sendable {
        /// The record's number among all messages that its shard ever sent: with the shard's number its identity.
        package let sequence: UInt64
        /// An index into ``OutboundBatch/topics``.
        package let topic: Int
        /// Where the key's bytes begin in the batch's bytes, followed by the value's.
        let start: Int
        /// -1 where there is none.
        let keyCount: Int
        let valueCount: Int
        package let headers: [SourceRecord.Header]

        /// The key, cut out of the batch's bytes.
        package func key(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
            guard keyCount >= 0 else { return nil }
            return unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start + keyCount])
        }

        /// The value, cut out of the batch's bytes.
        package func value(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
            guard valueCount >= 0 else { return nil }
            let from = start + max(0, keyCount)
            return unsafe UnsafeRawBufferPointer(rebasing: bytes[from..<from + valueCount])
        }
    }

    package let shard: Int
    /// The position of the sink that it is for.
    let sink: Int
    package let records: [Record]
    /// The topics that the records name.
    package let topics: [String]
    private let bytes: [UInt8]
    /// The commit that must be durable before the batch may leave.
    let commit: UInt64
    /// The shard's batch that decided them, or 0 where they come from the stored outbox.
    package let batchNumber: UInt64
    /// When that commit was written, by ``EngineLatencies/now``, or 0.
    let committedAt = Atomic<UInt64>(0)
    private let left: Atomic<Int>
    private let onDelivered: @Sendable (OutboundBatch) -> Void

    init(
        shard: Int, sink: Int, records: [Record], topics: [String], bytes: [UInt8], commit: UInt64, batchNumber: UInt64,
        onDelivered: @escaping @Sendable (OutboundBatch) -> Void
    ) {
        self.shard = shard
        self.sink = sink
        self.records = records
        self.topics = topics
        self.bytes = bytes
        self.commit = commit
        self.batchNumber = batchNumber
        self.onDelivered = onDelivered
        left = Atomic(records.count)
    }

    /// Says that records of this batch have been acknowledged. Any thread.
    package func delivered(_ count: Int) {
        if left.subtract(count, ordering: .acquiringAndReleasing).newValue == 0 { onDelivered(self) }
    }

    /// How many bytes the keys and values have.
    package var byteCount: Int { bytes.count }

    /// Lends the bytes of all keys and values.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try unsafe bytes.withUnsafeBytes { try unsafe body($0) }
    }
}

/// Where emitted records go: a Kafka cluster, or a test.
package protocol RecordSink: AnyObject, Sendable {
    /// The largest record (key, value and headers) that the sink takes, in bytes; a handler that emits a larger one fails.
    var maxRecordBytes: Int { get }

    /// Starts whatever thread the sink needs.
    func start() throws

    /// Takes a batch that may leave. Returns at once; batches of one shard come, and their records must be sent, in order. The sink
    /// keeps trying until each record is acknowledged, and then calls ``OutboundBatch/delivered(_:)``.
    func send(_ batch: OutboundBatch)

    /// Stops after trying, for that long, to deliver what it has. What is not acknowledged is sent again after a restart.
    func stop(drainMilliseconds: Int)
}
