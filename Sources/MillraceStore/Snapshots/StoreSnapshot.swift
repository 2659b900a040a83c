import Synchronization

/// All shards' rows as they were at one moment: for whoever wants to look at them without being a shard.
///
/// Taking one stops no shard and copies nothing: it is a snapshot of the disk, which has the families and the blocks that are
/// not written back yet. The changed rows of a shard are read from those blocks when its first row is asked for, by the thread that asks.
/// Commits go over all shards in one order, so what two shards show belongs together. What is seen is committed, and may not
/// be durable yet. Any thread.
package final class StoreSnapshot: Sendable {
    private let snapshot: any DiskSnapshot
    private let shards = Mutex<[Int: ShardSnapshot]>([:])

    init(_ snapshot: any DiskSnapshot) { self.snapshot = snapshot }

    /// What is on a disk that no store has open.
    package init(of disk: any Disk) throws(StoreError) { snapshot = try disk.snapshot() }

    /// One shard's part. The first call for a shard reads its blocks: some milliseconds, bounded by ``ShardLimits/blockBytes``.
    package func shard(_ index: Int) throws(StoreError) -> ShardSnapshot {
        if let known = shards.withLock({ $0[index] }) { return known }
        let made = try ShardSnapshot(shard: index, in: snapshot)
        return shards.withLock { shards in
            if let other = shards[index] { return other }
            shards[index] = made
            return made
        }
    }

    /// Gives it up; later reads throw. The end of the last reference, its shards' included, does the same.
    package func close() { snapshot.close() }
}

extension Store {
    /// A snapshot of everything that is committed now. Keep it for seconds, not for hours: the disk keeps what it shows.
    package func snapshot() throws(StoreError) -> StoreSnapshot { StoreSnapshot(try disk.snapshot()) }
}
