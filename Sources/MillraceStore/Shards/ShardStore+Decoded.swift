/// Values that are kept decoded beside their rows: `stale` ones have been set so, and their bytes are older.
extension ShardStore {
    /// Larger values are not kept decoded.
    private static let decodedLimit = 1 << 20

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

    /// Keeps a decoded value beside the row that was read last, if its bytes are still the ones it was decoded from.
    package func keepDecoded(_ value: AnyObject, of bytes: UnsafeRawBufferPointer, byteCount: Int) {
        guard lastRead >= 0, let current = unsafe table.value(lastRead),
            unsafe current.baseAddress == bytes.baseAddress,
            current.count == bytes.count, bytes.count <= Self.decodedLimit
        else { return }
        table.setDecoded(lastRead, value, byteCount: byteCount)
    }

    /// Sets a row to a decoded value, which becomes bytes when they are asked for, or at the end of the batch: once, however often
    /// the row is changed. Encoding it must not fail.
    package func putDecoded(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ value: AnyObject, byteCount: Int, objectCount: Int
    ) {
        let (index, isNew) = unsafe rowToSet(family, key, valueCapacity: 0, objectCount: objectCount)
        if isUndoing { undo.noteDecoded(table, index, isNew: isNew) }
        change(index, grows: 0)
        let row = unsafe table.rows + index
        unsafe row.pointee.valueCount = max(0, row.pointee.valueCount)
        unsafe row.pointee.flags.insert(.stale)
        table.setDecoded(index, value, byteCount: byteCount)
    }

    /// The row's bytes are its value.
    @inline(__always)
    func forgetDecoded(_ index: Int) {
        if unsafe table.rows[index].decoded != nil { table.dropDecoded(index) }
        unsafe table.rows[index].flags.remove(.stale)
    }

    /// Makes a row's bytes those of its decoded value.
    func materialize(_ index: Int) {
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

    func materializeBatch() {
        for index in batchRows where unsafe table.rows[Int(index)].flags.contains(.stale) { materialize(Int(index)) }
    }
}
