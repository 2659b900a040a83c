import MillraceEngine

/// A batch whose records are not all acknowledged.
final class PendingBatch {
    let batch: OutboundBatch
    /// The lane of each of the batch's topics.
    let lanes: [TopicLane]
    /// For each record whether it is acknowledged.
    var acknowledged: [Bool]
    var left: Int

    init(_ batch: OutboundBatch, lanes: [TopicLane]) {
        self.batch = batch
        self.lanes = lanes
        acknowledged = [Bool](repeating: false, count: batch.records.count)
        left = batch.records.count
    }
}
