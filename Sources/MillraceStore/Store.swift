import Synchronization

/// One node's storage: the disk, the order of commits, and how far they are durable.
///
/// Commits are numbered in the order in which they were written. Threads commit; one at a time calls ``syncOnce()``;
/// one thread takes jobs from ``nextWriteBack()``. None of the functions starts a thread, so that a simulator can take each step
/// itself.
package final class Store: Sendable {
    package let disk: any Disk
    private let commits = Atomic<UInt64>(0)
    private let durable = Atomic<UInt64>(0)
    private let synced = Atomic<UInt64>(0)
    private let jobs = Mutex<[WriteBackJob]>([])
    private let writtenCount = Atomic<UInt64>(0)

    package init(disk: any Disk) { self.disk = disk }

    /// Counts one more life of the data directory, and returns its number: 1 is the first. It is durable when the call returns, so
    /// that no two lives have the same, whatever else of them is lost. Blocks for the time of an fsync; to be called once, before any commit.
    ///
    /// - Throws: ``StoreError/damaged(directory:reason:)`` where the count is there and cannot be read: to begin it anew would give out
    ///   again what it is there to keep apart.
    package func beginLife() throws(StoreError) -> UInt64 {
        // No shard has this number.
        var key = RowKey(shard: Int(UInt16.max))
        key.append("life")
        var stored: UInt64?
        let isThere = try unsafe disk.get(.meta, key.bytes) { value in
            if value.count == 8 { unsafe stored = UInt64(littleEndian: value.loadUnaligned(as: UInt64.self)) }
        }
        if isThere, stored == nil {
            throw .damaged(directory: "", reason: "the count of its lives (row 'life' of 'meta') cannot be read")
        }
        let life = (stored ?? 0) + 1
        let batch = disk.makeBatch()
        unsafe withUnsafeBytes(of: life.littleEndian) { unsafe batch.put(.meta, key.bytes, $0) }
        try disk.write(batch)
        try disk.sync()
        return life
    }

    /// Writes a batch of blocks, and returns the number of the commit. It is durable when ``durableCommit`` has reached it.
    package func commit(_ batch: any DiskBatch) throws(StoreError) -> UInt64 {
        try disk.write(batch)
        // Numbered after the write: whoever reads this number and then syncs has synced the write.
        return commits.add(1, ordering: .acquiringAndReleasing).newValue
    }

    /// The number of the last commit.
    package var latestCommit: UInt64 { commits.load(ordering: .acquiring) }
    /// Commits up to this one survive any crash, or, after ``acknowledgeWritten()``, any but the machine's.
    package var durableCommit: UInt64 { durable.load(ordering: .acquiring) }

    /// Makes all commits so far durable, in one group. Returns whether there was anything to do.
    package func syncOnce() throws(StoreError) -> Bool {
        let latest = latestCommit
        guard latest > synced.load(ordering: .relaxed) else { return false }
        try disk.sync()
        synced.store(latest, ordering: .relaxed)
        // A thread that acknowledged meanwhile may be further.
        durable.max(latest, ordering: .acquiringAndReleasing)
        return true
    }

    /// Counts all commits so far as durable although they are not synced: for those who accept to lose the last ones when
    /// the machine crashes. Returns whether there was anything to do.
    package func acknowledgeWritten() -> Bool {
        let latest = latestCommit
        return durable.max(latest, ordering: .acquiringAndReleasing).oldValue < latest
    }

    /// Hands over a frozen overlay.
    package func enqueue(_ job: WriteBackJob) { jobs.withLock { $0.append(job) } }

    /// The next frozen overlay whose batches are durable, or `nil`.
    package func nextWriteBack() -> WriteBackJob? { nextWriteBack(upTo: durableCommit) }

    /// The next frozen overlay whose batches were committed by `durable`, which is to be a durable commit.
    package func nextWriteBack(upTo durable: UInt64) -> WriteBackJob? {
        return jobs.withLock { jobs in
            guard let index = jobs.firstIndex(where: { $0.commit <= durable }) else { return nil }
            return jobs.remove(at: index)
        }
    }

    /// How many rows the write-backs that are done have brought to their families. One that was gone before its overlay was frozen is
    /// none of them.
    package var writtenRows: UInt64 { writtenCount.load(ordering: .relaxed) }

    /// Counts the rows of a write-back that is done.
    package func wroteBack(_ run: WriteBackRun) { writtenCount.add(UInt64(run.rowCount), ordering: .relaxed) }

    /// How many frozen overlays wait.
    package var pendingWriteBacks: Int { jobs.withLock { $0.count } }
}
