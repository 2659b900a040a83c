/// One invocation's changes within the open batch: they stay together, or are taken back together.
extension ShardStore {
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
}
