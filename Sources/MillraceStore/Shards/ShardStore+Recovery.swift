/// What a restart does: the blocks that have not been written back become rows in memory again.
extension ShardStore {
    /// What a shard finds when it starts.
    package struct Recovery: Sendable {
        /// Messages of blocks that are still there, with the number of their batch.
        package var messages: [(batch: UInt64, message: [UInt8])] = []
        /// The number of blocks that were replayed.
        package var replayedBlocks = 0
    }

    /// Replays the blocks that have not been written back.
    package func recover() throws(StoreError) -> Recovery {
        var recovery = Recovery()
        let blocks = try ShardBlocks(shard: shard, in: disk)
        let last = try unsafe blocks.replay { row throws(StoreError) in
            unsafe replay(row)
        } message: { batch, message in
            unsafe recovery.messages.append((batch, [UInt8](message)))
        }
        recovery.replayedBlocks = Int(last - blocks.applied)
        batchNumber = last + 1
        batchRows.removeAll(keepingCapacity: true)
        return recovery
    }

    private func replay(_ row: Block.Row) {
        blockKey.truncate(to: 2)
        unsafe blockKey.append(row.key)
        let key = unsafe blockKey.bytes
        var objectCount = 0
        if unsafe row.family == .state, let count = unsafe Self.objectCount(key) { objectCount = count }
        if let value = unsafe row.value {
            unsafe put(row.family, key, value, objectCount: objectCount)
        } else {
            unsafe delete(row.family, key, objectCount: objectCount)
        }
    }

    /// How many bytes of a state row's key name its object.
    package static func objectCount(_ key: UnsafeRawBufferPointer) -> Int? {
        guard key.count > 3 else { return nil }
        let afterService = unsafe 3 + Int(key[2])
        guard key.count >= afterService + 4 else { return nil }
        let keyCount = unsafe Int(UInt32(bigEndian: key.loadUnaligned(fromByteOffset: afterService, as: UInt32.self)))
        let end = afterService + 4 + keyCount
        return key.count >= end ? end : nil
    }
}
