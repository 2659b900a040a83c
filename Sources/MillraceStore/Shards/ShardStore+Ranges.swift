/// Rows by the range of their keys, and the rows of an object.
extension ShardStore {
    /// The rows from `lower` (inclusive) to `upper` (exclusive) as the open batch sees them, in the order of their keys.
    /// Costs a look at every changed row of the family, so it is for refills and recovery, not for every record.
    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8], limit: Int = .max
    ) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        var changed: [(key: [UInt8], value: [UInt8]?)] = []
        if family == .state { materializeBatch() }
        unsafe lower.withUnsafeBytes { lower in
            unsafe upper.withUnsafeBytes { upper in
                for (list, isFrozen) in [(dirtyRows, false), (agingRows, false), (frozenRows, true)] {
                    for index in list {
                        let row = unsafe table.rows + Int(index)
                        guard unsafe row.pointee.family == family.rawValue else { continue }
                        // A row that was frozen and changed again stands in two lists.
                        if unsafe isFrozen && row.pointee.dirtyIndex >= 0 { continue }
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
}
