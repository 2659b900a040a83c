/// The blocks of one shard that are on a disk, or in a snapshot of one.
///
/// The families are true of the batch ``applied``, or, in the middle of a write-back, partly of a newer one; with the rows of
/// the blocks after it over them they are true of the last block.
struct ShardBlocks {
    let shard: Int
    /// The number of the batch that the families are true of.
    let applied: UInt64
    private let reader: any DiskReader

    init(shard: Int, in reader: any DiskReader) throws(StoreError) {
        self.shard = shard
        self.reader = reader
        var key = RowKey(shard: shard)
        key.append(WriteBackJob.appliedName)
        var applied: UInt64 = 0
        _ = try unsafe reader.get(.meta, key.bytes) { value in
            if value.count == 8 { applied = unsafe UInt64(littleEndian: value.loadUnaligned(as: UInt64.self)) }
        }
        self.applied = applied
    }

    /// Visits the rows of the blocks that are not applied, in their order, and, where it is asked for, the messages of all
    /// blocks. Returns the number of the last block, which is the applied one where there is none after it.
    ///
    /// - Throws: ``StoreError/damaged(directory:reason:)`` where a block cannot be read, or one is missing.
    func replay(
        row: (Block.Row) throws(StoreError) -> Void,
        message: ((_ batch: UInt64, _ message: UnsafeRawBufferPointer) -> Void)? = nil
    ) throws(StoreError) -> UInt64 {
        var last = applied
        var problem: String?
        let from = WriteBackRun.blockKey(shard, unsafe message == nil ? applied + 1 : 0)
        let prefix = [UInt8(shard >> 8), UInt8(shard & 0xff)]
        try unsafe reader.scan(.batches, from: from, to: ShardStore.end(ofPrefix: prefix)) { _, bytes in
            do throws(BlockReplayError) {
                let block: Block.Reader
                do throws(BlockError) { unsafe block = try unsafe Block.Reader(bytes) } catch { throw .block(error) }
                if unsafe block.number > applied {
                    guard unsafe block.number == last + 1 else {
                        problem = unsafe "shard \(shard) has no block between \(last) and \(block.number)"
                        return false
                    }
                    last = unsafe block.number
                    try unsafe block.forEachRow(row)
                }
                if let message = unsafe message, unsafe block.hasMessages {
                    let number = unsafe block.number
                    do throws(BlockError) {
                        try unsafe block.forEachMessage { unsafe message(number, $0) }
                    } catch {
                        throw .block(error)
                    }
                }
                return true
            } catch {
                problem =
                    switch error {
                    case .block(let error): "shard \(shard), after block \(last): \(error)"
                    case .store(let error): "\(error)"
                    }
                return false
            }
        }
        if let problem { throw .damaged(directory: "", reason: problem) }
        return last
    }
}
