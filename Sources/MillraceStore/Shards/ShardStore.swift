/// One shard's rows, as its core sees them: read a row, scan a range, change rows, commit a batch.
///
/// Changes are made in an open batch. Within it, an invocation's changes can be taken back. A batch becomes one block; its
/// changed rows stay in memory, and are written to their families later, by ``WriteBack``. Used by the shard's thread
/// alone; nothing here waits, except for reads of rows that are not in memory.
package final class ShardStore {
    package let shard: Int
    let disk: any Disk
    private let limits: ShardLimits
    let table = RowTable()
    var undo = UndoLog()
    var isUndoing = false
    private let builder = BlockBuilder()
    let encodeValue: (AnyObject, inout [UInt8]) -> Void
    var encoded: [UInt8] = []
    var blockKey: RowKey

    /// The number of the open batch.
    var batchNumber: UInt64 = 1
    /// Rows changed in the open batch, in the order of their first change.
    var batchRows: [Int32] = []
    /// How many of them the running invocation found.
    var invocationMark = 0

    // Changed rows are in one of two overlays: the one that is being filled, or the one before it, which waits for this one to be full
    // until it is frozen. So a row that is deleted soon after it was made is gone before anything is written of it.
    private var generation: UInt32 = 1
    private var frozenGeneration: UInt32 = 0
    private var writtenGeneration: UInt32 = 0
    /// The rows of the overlay that is being filled.
    var dirtyRows: [Int32] = []
    /// Those of the one before it, whose rows may still change.
    var agingRows: [Int32] = []
    /// The bytes of both.
    var dirtyBytes = 0
    /// What `agingRows` had when they began to age, less what has gone since.
    private var agingBytes = 0
    /// The last batch whose changes are all in `agingRows`, or before them; `nil` where no overlay waits.
    private var agingBatch: UInt64?
    private var blockBytes = 0
    var frozenRows: [Int32] = []
    /// Those of them that were deleted.
    private var frozenDeletions: [Int32] = []
    private var writeBack: WriteBackJob?
    /// When the overlay began that is being filled.
    private var overlayStart: Int64?
    /// The first freezes come at different fills, so that the shards do not all freeze at the same time for ever after.
    private var firstFill: Double

    /// - Parameter encodeValue: appends the bytes of a decoded value; see ``putDecoded(_:_:_:byteCount:objectCount:)``.
    package init(
        shard: Int, disk: any Disk, limits: ShardLimits, firstFill: Double = 1,
        encodeValue: @escaping (AnyObject, inout [UInt8]) -> Void = { _, _ in }
    ) {
        self.shard = shard
        self.disk = disk
        self.limits = limits
        self.firstFill = firstFill
        self.encodeValue = encodeValue
        blockKey = RowKey(shard: shard)
    }

    /// The number of the last batch that was ended.
    package var lastBatch: UInt64 { batchNumber - 1 }
    /// The number of the open batch.
    package var openBatch: UInt64 { batchNumber }

    /// The batch in which the row was changed last that was read last; 0 where that was long ago.
    package var batchOfLastRead: UInt64 {
        guard lastRead >= 0 else { return 0 }
        // Rows keep the lower half of the number.
        let age = UInt32(truncatingIfNeeded: batchNumber) &- (unsafe table.rows[lastRead].batch)
        return UInt64(age) < batchNumber ? batchNumber - UInt64(age) : 0
    }
    var lastRead = -1
    /// The row that was looked up last, or -1: what a handler reads it often changes next.
    private var lastFound = -1

    // MARK: Reading

    /// The row's value, or `nil`. The bytes live until the row is changed or the batch ends.
    ///
    /// - Parameter objectCount: for rows of the family `state` how many bytes of the key name the object.
    package func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, objectCount: Int = 0
    ) throws(StoreError) -> UnsafeRawBufferPointer? {
        let index = try unsafe row(family, key, objectCount: objectCount)
        lastRead = index
        guard index >= 0 else { return nil }
        if unsafe table.rows[index].flags.contains(.stale) { materialize(index) }
        return unsafe table.value(index)
    }

    /// Whether so many rows are in memory that ``readAhead(_:)`` is worth while.
    package var isLarge: Bool { table.isLarge }

    /// The number under which an object is read ahead, by the bytes that name it.
    package static func objectHash(_ prefix: UnsafeRawBufferPointer) -> UInt64 { unsafe RowTable.objectHash(prefix) }

    /// Brings what is in memory of some objects, by their hashes, nearer to the processor. Changes nothing.
    package func readAhead(_ objects: Span<UInt64>) { table.prefetch(objects: objects) }

    /// The index of a row with a known value, brought in from its family where necessary; -1 where it does not exist
    /// and need not be remembered.
    @inline(__always)
    func row(_ family: Family, _ key: UnsafeRawBufferPointer, objectCount: Int) throws(StoreError) -> Int {
        if unsafe wasFoundLast(family, key) { return lastFound }
        let hash = unsafe RowTable.hash(family, key)
        let found = unsafe table.find(family, key, hash)
        if found >= 0 {
            unsafe table.rows[found].flags.insert(.referenced)
            lastFound = found
            return found
        }
        return try unsafe load(family, key, hash, objectCount: objectCount)
    }

    /// Whether the row that was looked up last is the one of a key. It may have gone since, and another have its place.
    @inline(__always)
    private func wasFoundLast(_ family: Family, _ key: UnsafeRawBufferPointer) -> Bool {
        unsafe lastFound >= 0 && table.isRow(lastFound, family, key)
    }

    /// The index of a row that is going to be set, and whether it was made for that.
    @inline(__always)
    func rowToSet(
        _ family: Family, _ key: UnsafeRawBufferPointer, valueCapacity: Int, objectCount: Int
    ) -> (index: Int, isNew: Bool) {
        if unsafe wasFoundLast(family, key) { return (lastFound, false) }
        let hash = unsafe RowTable.hash(family, key)
        let found = unsafe table.find(family, key, hash)
        if found >= 0 {
            lastFound = found
            return (found, false)
        }
        return unsafe (insertBlind(family, key, hash, valueCapacity: valueCapacity, objectCount: objectCount), true)
    }

    private func load(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ hash: UInt64, objectCount: Int
    ) throws(StoreError) -> Int {
        if objectCount > 0, unsafe table.isComplete(object: UnsafeRawBufferPointer(rebasing: key[..<objectCount])) {
            return -1
        }
        var index = -1
        let exists = try unsafe disk.get(family, key) { value in
            index = unsafe self.table.insert(
                family, key, hash, valueCapacity: value.count, flags: [.known, .below, .referenced])
            unsafe self.table.setValue(index, value)
        }
        if !exists {
            index = unsafe table.insert(family, key, hash, valueCapacity: 0, flags: [.known, .referenced])
        }
        if objectCount > 0 { table.link(index, objectCount: objectCount) }
        return index
    }

    // MARK: Changing, in the open batch

    /// Sets a row.
    package func put(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, objectCount: Int = 0
    ) {
        let (index, isNew) = unsafe rowToSet(family, key, valueCapacity: value.count, objectCount: objectCount)
        if isUndoing { undo.note(table, index, isNew: isNew, newCount: value.count) }
        unsafe change(index, grows: value.count - Int(max(0, table.rows[index].valueCount)))
        unsafe table.setValue(index, value)
        forgetDecoded(index)
    }

    /// Deletes a row; one that does not exist is left alone.
    package func delete(_ family: Family, _ key: UnsafeRawBufferPointer, objectCount: Int = 0) {
        let hash = unsafe RowTable.hash(family, key)
        var index = unsafe table.find(family, key, hash)
        let isNew = index < 0
        if isNew {
            index = unsafe insertBlind(family, key, hash, valueCapacity: 0, objectCount: objectCount)
            if unsafe !table.rows[index].flags.contains(.below) { return }
        } else if unsafe table.rows[index].valueCount < 0 {
            return
        }
        if isUndoing { undo.note(table, index, isNew: isNew, newCount: -1) }
        change(index, grows: -Int(unsafe max(0, table.rows[index].valueCount)))
        unsafe table.rows[index].valueCount = -1
        forgetDecoded(index)
    }

    /// Adds a row of which nothing is known, except that of a fully listed object.
    private func insertBlind(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ hash: UInt64, valueCapacity: Int, objectCount: Int
    ) -> Int {
        guard objectCount > 0 else {
            return unsafe table.insert(
                family, key, hash, valueCapacity: valueCapacity, flags: [.known, .below, .referenced])
        }
        let isComplete = unsafe table.isComplete(object: UnsafeRawBufferPointer(rebasing: key[..<objectCount]))
        let index = unsafe table.insert(
            family, key, hash, valueCapacity: valueCapacity,
            flags: isComplete ? [.known, .referenced] : [.known, .below, .referenced])
        table.link(index, objectCount: objectCount)
        return index
    }

    /// Sets a row that is known not to exist. Such a row, deleted before it is written back, never reaches its family; one
    /// whose key was used before, and whose deletion is still on its way there, is deleted there all the same.
    package func putNew(_ family: Family, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let hash = unsafe RowTable.hash(family, key)
        var index = unsafe table.find(family, key, hash)
        let isNew = index < 0
        if isNew {
            index = unsafe table.insert(family, key, hash, valueCapacity: value.count, flags: [.known, .referenced])
        }
        if isUndoing { undo.note(table, index, isNew: isNew, newCount: value.count) }
        unsafe change(index, grows: value.count - Int(max(0, table.rows[index].valueCount)))
        unsafe table.setValue(index, value)
    }

    @inline(__always)
    func change(_ index: Int, grows: Int) {
        lastRead = -1
        let row = unsafe table.rows + index
        unsafe row.pointee.flags.insert(.referenced)
        if unsafe row.pointee.dirtyIndex < 0 {
            unsafe row.pointee.dirtyIndex = Int32(dirtyRows.count)
            unsafe row.pointee.generation = generation
            dirtyRows.append(Int32(index))
            unsafe dirtyBytes += RowTable.overhead + Int(row.pointee.keyCount) + Int(max(0, row.pointee.valueCount))
        }
        dirtyBytes += grows
        let batch = UInt32(truncatingIfNeeded: batchNumber)
        if unsafe row.pointee.batch != batch {
            unsafe row.pointee.batch = batch
            batchRows.append(Int32(index))
        }
    }

    func removeFromDirty(_ index: Int) {
        let at = unsafe Int(table.rows[index].dirtyIndex)
        guard at >= 0 else { return }
        let bytes = dirtyBytes(of: index)
        dirtyBytes -= bytes
        if unsafe table.rows[index].generation == generation {
            remove(index, at: at, from: &dirtyRows)
        } else {
            agingBytes = max(0, agingBytes - bytes)
            remove(index, at: at, from: &agingRows)
        }
        unsafe table.rows[index].dirtyIndex = -1
    }

    private func remove(_ index: Int, at: Int, from rows: inout [Int32]) {
        let last = rows.removeLast()
        guard Int(last) != index else { return }
        rows[at] = last
        unsafe table.rows[Int(last)].dirtyIndex = Int32(at)
    }

    /// What a changed row counts in `dirtyBytes`.
    private func dirtyBytes(of index: Int) -> Int {
        unsafe RowTable.overhead + Int(table.rows[index].keyCount) + Int(max(0, table.rows[index].valueCount))
    }

    // MARK: Committing

    /// Whether the open batch has anything to commit.
    package var hasChanges: Bool { !batchRows.isEmpty }

    /// Ends the open batch: adds its block to `batch`, and opens the next one. Returns the batch's number.
    package func endBatch(into batch: any DiskBatch, messages: UnsafeRawBufferPointer) -> UInt64 {
        let number = batchNumber
        builder.begin(number: number)
        let changed = batchRows
        for place in changed.indices {
            table.prefetch(changed.span, after: place)
            let index = Int(changed[place])
            if unsafe table.rows[index].flags.contains(.stale) { materialize(index) }
            let key = unsafe UnsafeRawBufferPointer(rebasing: table.key(index)[2...])
            unsafe builder.append(family: table.rows[index].family, key: key, value: table.value(index))
        }
        let block = unsafe builder.finish(messages: messages)
        blockBytes += block.count
        blockKey.truncate(to: 2)
        blockKey.append(number)
        unsafe batch.put(.batches, blockKey.bytes, block)
        for index in changed {
            let index = Int(index)
            let row = unsafe table.rows + index
            guard unsafe row.pointee.valueCount < 0, unsafe !row.pointee.flags.contains(.below) else { continue }
            // It never reached its family, and now the block says that it is gone.
            removeFromDirty(index)
            if unsafe row.pointee.family == Family.state.rawValue {
                unsafe row.pointee.generation = 0
            } else {
                table.remove(index)
            }
        }
        // Before the list is emptied, which would copy one that somebody else has.
        _ = consume changed
        batchRows.removeAll(keepingCapacity: true)
        batchNumber += 1
        return number
    }

    /// Evicts what the memory has no room for. To be called between batches.
    package func evict() {
        if table.decodedBytes > limits.decodedBytes { table.evictDecoded(toBytes: limits.decodedBytes) }
        // As many steps as keep pace with what has come: a row is passed once before it goes, and beside it are some that must stay.
        let steps = Self.evictionSteps + 4 * table.takeAddedCount()
        if table.byteCount > limits.tableBytes {
            table.evict(toBytes: limits.tableBytes, written: writtenGeneration, steps: steps)
        }
    }

    /// How many rows are looked at between two batches where none were added.
    private static let evictionSteps = 4096

    // MARK: Write-back

    /// Whether the overlay that is being filled is full, or old, and the one before it is to be written back.
    package func shouldFreeze(nowMilliseconds: Int64) -> Bool {
        guard writeBack == nil else { return false }
        guard !dirtyRows.isEmpty || agingBatch != nil else {
            overlayStart = nil
            return false
        }
        let start = overlayStart ?? nowMilliseconds
        // There are two overlays. An older one that takes the room of both does not wait until the newer one is full.
        let overlayBytes = Double(limits.overlayBytes) * firstFill
        let isTime =
            Double(dirtyBytes) >= overlayBytes || Double(dirtyBytes - agingBytes) >= overlayBytes / 2
            || Double(blockBytes) >= Double(limits.blockBytes) * firstFill / 2
            || nowMilliseconds - start >= limits.overlayMilliseconds / 2
        overlayStart = isTime ? nowMilliseconds : start
        return isTime
    }

    /// Whether the changed rows take so much memory that no more should be changed for now.
    package var isOverloaded: Bool { dirtyBytes > limits.overlayBytes * 2 }

    /// Freezes the older overlay, if there is one, and begins a new one. To be called between batches, after the commit of the last one.
    ///
    /// - Parameters:
    ///   - commit: the number of that commit; the rows are not written back before it is durable.
    ///   - released: all messages of batches up to it have been delivered.
    package func freeze(commit: UInt64, released: UInt64) -> WriteBackJob? {
        if agingBatch == nil {
            beginOverlay()
            // Nobody might come again for what is too much already.
            guard dirtyBytes >= limits.overlayBytes else { return nil }
        }
        guard let upToBatch = agingBatch else { return nil }
        let job = WriteBackJob(
            shard: shard, rows: freezeAging(), upToBatch: upToBatch, commit: commit, released: released)
        beginOverlay()
        writeBack = job
        return job
    }

    /// Lets the overlay that was being filled age; the one before it is frozen, or there was none.
    private func beginOverlay() {
        swap(&agingRows, &dirtyRows)
        agingBytes = dirtyBytes
        agingBatch = agingRows.isEmpty && blockBytes == 0 ? nil : batchNumber - 1
        generation += 1
        blockBytes = 0
        firstFill = 1
    }

    /// Copies the rows of the older overlay, as they are now. What has changed in them since is in blocks that stay.
    private func freezeAging() -> FrozenRows {
        let rows = FrozenRows(rowCount: agingRows.count, byteCount: agingBytes)
        let changed = agingRows
        for place in changed.indices {
            table.prefetch(changed.span, after: place)
            let index = Int(changed[place])
            let row = unsafe table.rows + index
            unsafe rows.append(family: row.pointee.family, key: table.key(index), value: table.value(index))
            if unsafe row.pointee.valueCount < 0 { frozenDeletions.append(Int32(index)) }
            unsafe row.pointee.flags.insert(.below)
            unsafe row.pointee.dirtyIndex = -1
            dirtyBytes -= dirtyBytes(of: index)
        }
        _ = consume changed
        swap(&frozenRows, &agingRows)
        agingRows.removeAll(keepingCapacity: true)
        frozenGeneration = generation - 1
        return rows
    }

    /// Learns whether the last write-back is done. To be called between batches.
    package func collectWriteBack() {
        guard let job = writeBack, job.isDone else { return }
        writeBack = nil
        writtenGeneration = frozenGeneration
        for index in frozenDeletions {
            let index = Int(index)
            let row = unsafe table.rows + index
            // Changed again since, and so dirty: not ours.
            guard unsafe row.pointee.generation <= writtenGeneration else { continue }
            if unsafe row.pointee.family == Family.state.rawValue {
                unsafe row.pointee.flags.remove(.below)
            } else {
                table.remove(index)
            }
        }
        frozenRows.removeAll(keepingCapacity: true)
        frozenDeletions.removeAll(keepingCapacity: true)
    }

    /// Whether rows are being written back.
    package var isWritingBack: Bool { writeBack != nil }

    /// For metrics.
    package var statistics: ShardStoreStatistics {
        ShardStoreStatistics(
            rows: table.count, tableBytes: table.byteCount, decodedBytes: table.decodedBytes,
            dirtyRows: dirtyRows.count + agingRows.count, dirtyBytes: dirtyBytes,
            batches: batchNumber - 1)
    }
}
