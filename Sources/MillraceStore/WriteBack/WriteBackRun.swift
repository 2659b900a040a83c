/// Carries a write-back out, a step at a time: the rows sorted, in writes of bounded size, then one write that makes it
/// true and forgets the blocks.
///
/// A crash between two steps leaves some rows newer than the applied batch says; replaying the blocks over them ends in the
/// same place.
package struct WriteBackRun {
    /// How many bytes go into one write.
    private let writeBytes: Int

    private let job: WriteBackJob
    private let disk: any Disk
    private let batch: any DiskBatch
    private let entries: [FrozenRows.Entry]
    private var next = 0

    package init(_ job: WriteBackJob, on disk: any Disk, batch: any DiskBatch, writeBytes: Int = 256 << 10) {
        self.job = job
        self.disk = disk
        self.batch = batch
        self.writeBytes = writeBytes
        entries = job.rows.sortedByFamilyAndKey()
    }

    /// How many rows it brings to their families.
    package var rowCount: Int { entries.count }

    /// Does one write. Returns whether the job is done. A step that throws may be tried again.
    package mutating func step() throws(StoreError) -> Bool {
        batch.removeAll()
        var to = next
        while to < entries.count, batch.byteCount < writeBytes {
            let entry = entries[to]
            to += 1
            guard let family = Family(rawValue: entry.family) else { continue }
            if let value = unsafe job.rows.value(entry) {
                unsafe batch.put(family, job.rows.key(entry), value)
            } else {
                unsafe batch.delete(family, job.rows.key(entry))
            }
        }
        if to > next {
            try disk.write(batch)
            next = to
            return false
        }
        var key = RowKey(shard: job.shard)
        key.append(WriteBackJob.appliedName)
        unsafe withUnsafeBytes(of: job.upToBatch.littleEndian) { unsafe batch.put(.meta, key.bytes, $0) }
        let droppable = min(job.upToBatch, job.released)
        if droppable > 0 {
            batch.deleteRange(
                .batches, from: Self.blockKey(job.shard, 0), to: Self.blockKey(job.shard, droppable + 1))
        }
        try disk.write(batch)
        job.markDone()
        return true
    }

    /// The key of a block.
    static func blockKey(_ shard: Int, _ number: UInt64) -> [UInt8] {
        var key = RowKey(shard: shard)
        key.append(number)
        return unsafe [UInt8](key.bytes)
    }
}
