import Synchronization

/// A frozen overlay on its way to the families, and the blocks that may be dropped when it is there.
package final class WriteBackJob: Sendable {
    /// The name of the row in `meta` with the number of the batch that the families are true of.
    static let appliedName = "a"

    package let shard: Int
    let rows: FrozenRows
    /// The families are true of this batch when the job is done.
    package let upToBatch: UInt64
    /// The commit that must be durable first: only durable batches are written back.
    package let commit: UInt64
    /// All messages of batches up to this one have been delivered, so that their blocks may go.
    package let released: UInt64
    private let done = Atomic<Bool>(false)

    init(shard: Int, rows: FrozenRows, upToBatch: UInt64, commit: UInt64, released: UInt64) {
        self.shard = shard
        self.rows = rows
        self.upToBatch = upToBatch
        self.commit = commit
        self.released = released
    }

    /// Whether the rows are in their families. Any thread.
    package var isDone: Bool { done.load(ordering: .acquiring) }
    func markDone() { done.store(true, ordering: .releasing) }
}
