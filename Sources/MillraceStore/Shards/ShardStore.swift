/// One shard's rows, as its core sees them: read a row, scan a range, change rows, commit a batch.
///
/// Changes are made in an open batch. Within it, an invocation's changes can be taken back. A batch becomes one block; its
/// changed rows stay in memory, and are written to their families later, by ``WriteBack``. Used by the shard's thread
/// alone; nothing here waits, except for reads of rows that are not in memory.
package final class ShardStore {
    package let shard: Int
    private let disk: any Disk
    private let limits: ShardLimits
    private let table = RowTable()
    private var undo = UndoLog()
    private var isUndoing = false
    private let builder = BlockBuilder()
    private let encodeValue: (AnyObject, inout [UInt8]) -> Void
    private var encoded: [UInt8] = []
    private var blockKey: RowKey

    /// The number of the open batch.
    private(set) var batchNumber: UInt64 = 1
    /// Rows changed in the open batch, in the order of their first change.
    private var batchRows: [Int32] = []
    /// How many of them the running invocation found.
    private var invocationMark = 0

    /// The overlay that is being filled.
    private var generation: UInt32 = 1
    private var writtenGeneration: UInt32 = 0
    private var dirtyRows: [Int32] = []
    private var dirtyBytes = 0
    private var blockBytes = 0
    private var frozenRows: [Int32] = []
    private var writeBack: WriteBackJob?
    private var oldestChange: Int64?
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
    private var lastRead = -1

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

    /// The row's value as it is kept decoded, where it is of the wanted kind, or its bytes, or `nil`.
    package func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, objectCount: Int, where isWanted: (AnyObject) -> Bool
    ) throws(StoreError) -> (decoded: AnyObject?, bytes: UnsafeRawBufferPointer?) {
        let index = try unsafe row(family, key, objectCount: objectCount)
        lastRead = index
        guard index >= 0 else { return (nil, nil) }
        if let decoded = unsafe table.rows[index].decoded {
            let value = unsafe decoded.takeUnretainedValue()
            if isWanted(value) { return (value, nil) }
            if unsafe table.rows[index].flags.contains(.stale) { materialize(index) }
        }
        return unsafe (nil, table.value(index))
    }

    /// Whether so many rows are in memory that ``readAhead(_:)`` is worth while.
    package var isLarge: Bool { table.isLarge }

    /// The number under which an object is read ahead, by the bytes that name it.
    package static func objectHash(_ prefix: UnsafeRawBufferPointer) -> UInt64 { unsafe RowTable.objectHash(prefix) }

    /// Brings what is in memory of some objects, by their hashes, nearer to the processor. Changes nothing.
    package func readAhead(_ objects: Span<UInt64>) { table.touch(objects: objects) }

    /// Keeps a decoded value beside the row that was read last, if its bytes are still the ones it was decoded from.
    package func keepDecoded(_ value: AnyObject, of bytes: UnsafeRawBufferPointer, byteCount: Int) {
        guard lastRead >= 0, let current = unsafe table.value(lastRead),
            unsafe current.baseAddress == bytes.baseAddress,
            current.count == bytes.count, bytes.count <= Self.decodedLimit
        else { return }
        table.setDecoded(lastRead, value, byteCount: byteCount)
    }

    /// Larger values are not kept decoded.
    private static let decodedLimit = 1 << 20

    /// Makes a row's bytes those of its decoded value.
    private func materialize(_ index: Int) {
        guard let decoded = unsafe table.rows[index].decoded else { return }
        encoded.removeAll(keepingCapacity: true)
        unsafe encodeValue(decoded.takeUnretainedValue(), &encoded)
        if isUndoing {
            // Within an invocation that may be taken back the bytes come back with the value.
            let units = unsafe table.rows[index].decodedUnits
            undo.note(table, index, isNew: false, newCount: encoded.count)
            unsafe table.restoreDecoded(index, decoded.retain(), units: units)
        }
        unsafe dirtyBytes += encoded.count - Int(max(0, table.rows[index].valueCount))
        unsafe encoded.withUnsafeBytes { unsafe table.setValue(index, $0) }
        unsafe table.rows[index].flags.remove(.stale)
        if encoded.capacity > 1 << 20 { encoded = [] }
    }

    /// The index of a row with a known value, brought in from its family where necessary; -1 where it does not exist
    /// and need not be remembered.
    @inline(__always)
    private func row(_ family: Family, _ key: UnsafeRawBufferPointer, objectCount: Int) throws(StoreError) -> Int {
        let hash = unsafe RowTable.hash(family, key)
        let found = unsafe table.find(family, key, hash)
        if found >= 0 {
            unsafe table.rows[found].flags.insert(.referenced)
            return found
        }
        return try unsafe load(family, key, hash, objectCount: objectCount)
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

    /// The rows from `lower` (inclusive) to `upper` (exclusive) as the open batch sees them, in the order of their keys.
    /// Costs a look at every changed row of the family, so it is for refills and recovery, not for every record.
    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8], limit: Int = .max
    ) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        var changed: [(key: [UInt8], value: [UInt8]?)] = []
        if family == .state { materializeBatch() }
        unsafe lower.withUnsafeBytes { lower in
            unsafe upper.withUnsafeBytes { upper in
                for list in [dirtyRows, frozenRows] {
                    for index in list {
                        let row = unsafe table.rows + Int(index)
                        guard unsafe row.pointee.family == family.rawValue else { continue }
                        // A row that was frozen and changed again stands in both lists.
                        if unsafe row.pointee.dirtyIndex >= 0,
                            unsafe list.count != dirtyRows.count || dirtyRows[Int(row.pointee.dirtyIndex)] != index
                        {
                            continue
                        }
                        let key = unsafe table.key(Int(index))
                        if unsafe FrozenRows.precedes(key, lower) || !FrozenRows.precedes(key, upper) { continue }
                        unsafe changed.append(([UInt8](key), table.value(Int(index)).map { unsafe [UInt8]($0) }))
                    }
                }
            }
        }
        changed.sort { $0.key.lexicographicallyPrecedes($1.key) }
        var deduplicated: [(key: [UInt8], value: [UInt8]?)] = []
        deduplicated.reserveCapacity(changed.count)
        for row in changed where deduplicated.last?.key != row.key { deduplicated.append(row) }
        changed = deduplicated
        var result: [(key: [UInt8], value: [UInt8])] = []
        var next = 0
        func takeChanged(before key: UnsafeRawBufferPointer?) {
            while next < changed.count, result.count < limit {
                if let key = unsafe key,
                    unsafe !changed[next].key.withUnsafeBytes({ unsafe FrozenRows.precedes($0, key) })
                {
                    return
                }
                if let value = changed[next].value { result.append((changed[next].key, value)) }
                next += 1
            }
        }
        try unsafe disk.scan(family, from: lower, to: upper) { key, value in
            unsafe takeChanged(before: key)
            guard result.count < limit else { return false }
            if next < changed.count, unsafe changed[next].key.elementsEqual(key) { return true }
            unsafe result.append(([UInt8](key), [UInt8](value)))
            return result.count < limit
        }
        takeChanged(before: nil)
        return result
    }

    /// The keys of all state rows of an object, in no particular order. The prefix names the object.
    package func objectKeys(_ prefix: UnsafeRawBufferPointer) throws(StoreError) -> [[UInt8]] {
        if unsafe !table.isComplete(object: prefix) {
            // Brings in what the family has; then the list is all there is.
            let lower = unsafe [UInt8](prefix)
            var missing: [(key: [UInt8], value: [UInt8])] = []
            try unsafe disk.scan(.state, from: lower, to: Self.end(ofPrefix: lower)) { key, value in
                if unsafe self.table.find(.state, key, RowTable.hash(.state, key)) < 0 {
                    unsafe missing.append(([UInt8](key), [UInt8](value)))
                }
                return true
            }
            for (key, value) in missing {
                unsafe key.withUnsafeBytes { key in
                    unsafe value.withUnsafeBytes { value in
                        let index = unsafe table.insert(
                            .state, key, RowTable.hash(.state, key), valueCapacity: value.count,
                            flags: [.known, .below, .referenced])
                        unsafe table.setValue(index, value)
                        table.link(index, objectCount: prefix.count)
                    }
                }
            }
            let first = unsafe table.firstRow(ofObject: prefix)
            if first >= 0 { unsafe table.rows[first].flags.insert(.complete) }
        }
        var keys: [[UInt8]] = []
        var index = unsafe table.firstRow(ofObject: prefix)
        while index >= 0 {
            if unsafe table.rows[index].valueCount >= 0 { unsafe keys.append([UInt8](table.key(index))) }
            index = unsafe Int(table.rows[index].groupNext)
        }
        return keys
    }

    /// The first key after all keys with a prefix.
    package static func end(ofPrefix prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let last = end.last {
            if last < 0xff {
                end[end.count - 1] = last + 1
                return end
            }
            end.removeLast()
        }
        return [UInt8](repeating: 0xff, count: 64)
    }

    // MARK: Changing, in the open batch

    /// Sets a row.
    package func put(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, objectCount: Int = 0
    ) {
        let hash = unsafe RowTable.hash(family, key)
        var index = unsafe table.find(family, key, hash)
        let isNew = index < 0
        if isNew {
            index = unsafe insertBlind(family, key, hash, valueCapacity: value.count, objectCount: objectCount)
        }
        if isUndoing { undo.note(table, index, isNew: isNew, newCount: value.count) }
        unsafe change(index, grows: value.count - Int(max(0, table.rows[index].valueCount)))
        unsafe table.setValue(index, value)
        forgetDecoded(index)
    }

    /// Sets a row to a decoded value, which becomes bytes when they are asked for, or at the end of the batch: once, however often
    /// the row is changed. Encoding it must not fail.
    package func putDecoded(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ value: AnyObject, byteCount: Int, objectCount: Int
    ) {
        let hash = unsafe RowTable.hash(family, key)
        var index = unsafe table.find(family, key, hash)
        let isNew = index < 0
        if isNew {
            index = unsafe insertBlind(family, key, hash, valueCapacity: 0, objectCount: objectCount)
        }
        if isUndoing { undo.noteDecoded(table, index, isNew: isNew) }
        change(index, grows: 0)
        let row = unsafe table.rows + index
        unsafe row.pointee.valueCount = max(0, row.pointee.valueCount)
        unsafe row.pointee.flags.insert(.stale)
        table.setDecoded(index, value, byteCount: byteCount)
    }

    /// The row's bytes are its value.
    @inline(__always)
    private func forgetDecoded(_ index: Int) {
        if unsafe table.rows[index].decoded != nil { table.dropDecoded(index) }
        unsafe table.rows[index].flags.remove(.stale)
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
    private func change(_ index: Int, grows: Int) {
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

    private func removeFromDirty(_ index: Int) {
        let at = unsafe Int(table.rows[index].dirtyIndex)
        guard at >= 0 else { return }
        unsafe dirtyBytes -=
            RowTable.overhead + Int(table.rows[index].keyCount) + Int(max(0, table.rows[index].valueCount))
        let last = dirtyRows.removeLast()
        if Int(last) != index {
            dirtyRows[at] = last
            unsafe table.rows[Int(last)].dirtyIndex = Int32(at)
        }
        unsafe table.rows[index].dirtyIndex = -1
    }

    // MARK: One invocation's changes

    /// From here on changes can be taken back.
    @inline(__always)
    package func beginInvocation() {
        isUndoing = true
        invocationMark = batchRows.count
    }

    /// The invocation's changes stay in the batch.
    @inline(__always)
    package func keepInvocation() {
        undo.keep()
        isUndoing = false
    }

    /// Takes back everything that was changed since ``beginInvocation()``.
    package func rollBackInvocation() {
        for number in unsafe undo.entries.indices.reversed() {
            let entry = unsafe undo.entries[number]
            let index = unsafe entry.index
            let row = unsafe table.rows + index
            if unsafe entry.isNew {
                removeFromDirty(index)
                table.remove(index)
                continue
            }
            if unsafe entry.row.dirtyIndex < 0 {
                removeFromDirty(index)
            } else {
                unsafe dirtyBytes += Int(max(0, entry.row.valueCount)) - Int(max(0, row.pointee.valueCount))
            }
            if unsafe entry.taken != nil {
                unsafe table.restoreBytes(index, entry.taken, valueCapacity: entry.row.capacity)
                unsafe row.pointee.valueCount = entry.row.valueCount
            } else if unsafe entry.savedStart >= 0 {
                unsafe undo.withSaved(entry) { unsafe table.setValue(index, $0) }
            } else {
                unsafe row.pointee.valueCount = entry.row.valueCount
            }
            unsafe table.restoreDecoded(index, entry.row.decoded, units: entry.row.decodedUnits)
            unsafe row.pointee.generation = entry.row.generation
            unsafe row.pointee.batch = entry.row.batch
            unsafe row.pointee.flags = entry.row.flags
        }
        undo.clearAfterRollBack()
        batchRows.removeSubrange(invocationMark...)
        isUndoing = false
    }

    /// Visits the rows that the running invocation has changed, each once: its key and its value, or `nil` for a deletion.
    package func forEachInvocationChange(
        _ visit: (Family, UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void
    ) {
        var seen = Set<Int>()
        for number in unsafe undo.entries.indices {
            let entry = unsafe undo.entries[number]
            guard unsafe seen.insert(entry.index).inserted else { continue }
            guard let family = unsafe Family(rawValue: table.rows[entry.index].family) else { continue }
            if unsafe table.rows[entry.index].flags.contains(.stale) { unsafe materialize(entry.index) }
            unsafe visit(family, table.key(entry.index), table.value(entry.index))
        }
    }

    // MARK: Committing

    /// Whether the open batch has anything to commit.
    package var hasChanges: Bool { !batchRows.isEmpty }

    /// Ends the open batch: adds its block to `batch`, and opens the next one. Returns the batch's number.
    package func endBatch(into batch: any DiskBatch, messages: UnsafeRawBufferPointer) -> UInt64 {
        let number = batchNumber
        builder.begin(number: number)
        for index in batchRows {
            let index = Int(index)
            if unsafe table.rows[index].flags.contains(.stale) { materialize(index) }
            let key = unsafe UnsafeRawBufferPointer(rebasing: table.key(index)[2...])
            unsafe builder.append(family: table.rows[index].family, key: key, value: table.value(index))
        }
        let block = unsafe builder.finish(messages: messages)
        blockBytes += block.count
        blockKey.truncate(to: 2)
        blockKey.append(number)
        unsafe batch.put(.batches, blockKey.bytes, block)
        for index in batchRows {
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
        batchRows.removeAll(keepingCapacity: true)
        batchNumber += 1
        return number
    }

    private func materializeBatch() {
        for index in batchRows where unsafe table.rows[Int(index)].flags.contains(.stale) { materialize(Int(index)) }
    }

    /// Evicts what the memory has no room for. To be called between batches.
    package func evict() {
        if table.decodedBytes > limits.decodedBytes { table.evictDecoded(toBytes: limits.decodedBytes) }
        if table.byteCount > limits.tableBytes {
            table.evict(toBytes: limits.tableBytes, written: writtenGeneration, steps: 4096)
        }
    }

    // MARK: Write-back

    /// Whether the changed rows should be frozen and written back now.
    package func shouldFreeze(nowMilliseconds: Int64) -> Bool {
        guard writeBack == nil, !dirtyRows.isEmpty else { return false }
        if oldestChange == nil { oldestChange = nowMilliseconds }
        let fill = firstFill
        return Double(dirtyBytes) >= Double(limits.overlayBytes) * fill
            || Double(blockBytes) >= Double(limits.blockBytes) * fill
            || nowMilliseconds - (oldestChange ?? nowMilliseconds) >= limits.overlayMilliseconds
    }

    /// Whether the changed rows take so much memory that no more should be changed for now.
    package var isOverloaded: Bool { dirtyBytes > limits.overlayBytes * 2 }

    /// Freezes the changed rows. To be called between batches, after the commit of the last one.
    ///
    /// - Parameters:
    ///   - commit: the number of that commit; the rows are not written back before it is durable.
    ///   - released: all messages of batches up to it have been delivered.
    package func freeze(commit: UInt64, released: UInt64) -> WriteBackJob {
        let rows = FrozenRows(rowCount: dirtyRows.count, byteCount: dirtyBytes)
        for index in dirtyRows {
            let row = unsafe table.rows + Int(index)
            unsafe rows.append(family: row.pointee.family, key: table.key(Int(index)), value: table.value(Int(index)))
            unsafe row.pointee.flags.insert(.below)
            unsafe row.pointee.dirtyIndex = -1
        }
        swap(&frozenRows, &dirtyRows)
        dirtyRows.removeAll(keepingCapacity: true)
        dirtyBytes = 0
        blockBytes = 0
        oldestChange = nil
        firstFill = 1
        let job = WriteBackJob(shard: shard, rows: rows, upToBatch: batchNumber - 1, commit: commit, released: released)
        generation += 1
        writeBack = job
        return job
    }

    /// Learns whether the last write-back is done. To be called between batches.
    package func collectWriteBack() {
        guard let job = writeBack, job.isDone else { return }
        writeBack = nil
        writtenGeneration = generation - 1
        for index in frozenRows {
            let index = Int(index)
            let row = unsafe table.rows + index
            // Changed again since, and so dirty: not ours.
            guard unsafe row.pointee.generation <= writtenGeneration, unsafe row.pointee.valueCount < 0 else {
                continue
            }
            if unsafe row.pointee.family == Family.state.rawValue {
                unsafe row.pointee.flags.remove(.below)
            } else {
                table.remove(index)
            }
        }
        frozenRows.removeAll(keepingCapacity: true)
    }

    /// Whether rows are being written back.
    package var isWritingBack: Bool { writeBack != nil }

    /// For metrics.
    package var statistics: ShardStoreStatistics {
        ShardStoreStatistics(
            rows: table.count, tableBytes: table.byteCount, decodedBytes: table.decodedBytes,
            dirtyRows: dirtyRows.count, dirtyBytes: dirtyBytes,
            batches: batchNumber - 1)
    }

    // MARK: Recovery

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

/// How much one shard may keep in memory.
package struct ShardLimits: Sendable {
    /// Changed rows above this are frozen and written back.
    package var overlayBytes: Int
    /// Blocks that were written since the last freeze above this make it freeze too, which bounds the time of a restart.
    package var blockBytes: Int
    /// Changed rows are written back after this time at the latest.
    package var overlayMilliseconds: Int64
    /// All rows in memory, the changed ones included.
    package var tableBytes: Int
    /// All state values in memory that are kept decoded beside their rows.
    package var decodedBytes: Int

    package init(
        overlayBytes: Int, blockBytes: Int, overlayMilliseconds: Int64 = 30_000, tableBytes: Int,
        decodedBytes: Int? = nil
    ) {
        self.overlayBytes = overlayBytes
        self.blockBytes = blockBytes
        self.overlayMilliseconds = overlayMilliseconds
        self.tableBytes = tableBytes
        self.decodedBytes = decodedBytes ?? tableBytes / 8
    }
}

/// One shard's figures for metrics.
package struct ShardStoreStatistics: Sendable {
    package var rows: Int
    package var tableBytes: Int
    package var decodedBytes: Int
    package var dirtyRows: Int
    package var dirtyBytes: Int
    package var batches: UInt64
}
