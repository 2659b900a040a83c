/// One shard's rows as they were after one of its batches. Any thread.
package final class ShardSnapshot: Sendable {
    package let shard: Int
    /// The number of the last batch in it.
    package let lastBatch: UInt64
    private let snapshot: any DiskSnapshot
    /// The rows that the families do not have yet, one entry a key, sorted.
    private let rows: FrozenRows
    private let changed: [FrozenRows.Entry]

    init(shard: Int, in snapshot: any DiskSnapshot) throws(StoreError) {
        self.shard = shard
        self.snapshot = snapshot
        let blocks = try ShardBlocks(shard: shard, in: snapshot)
        let rows = FrozenRows(rowCount: 0, byteCount: 64 << 10)
        var key = RowKey(shard: shard)
        lastBatch = try unsafe blocks.replay(row: { row throws(StoreError) in
            key.truncate(to: 2)
            unsafe key.append(row.key)
            unsafe rows.append(family: row.family.rawValue, key: key.bytes, value: row.value)
        })
        self.rows = rows
        var changed: [FrozenRows.Entry] = []
        for entry in rows.sortedByFamilyAndKey() {
            // Of the entries of one key the newest comes last.
            if let last = changed.last, last.family == entry.family,
                unsafe FrozenRows.order(rows.key(last), rows.key(entry)) == 0
            {
                changed[changed.count - 1] = entry
            } else {
                changed.append(entry)
            }
        }
        self.changed = changed
    }

    /// Calls `body` with a row's value and returns true, or returns false where there is no such row. The key begins with the
    /// shard's two bytes.
    package func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool {
        let at = unsafe position(family, key)
        if at < changed.count, changed[at].family == family.rawValue,
            unsafe FrozenRows.order(rows.key(changed[at]), key) == 0
        {
            guard let value = unsafe rows.value(changed[at]) else { return false }
            unsafe body(value)
            return true
        }
        return try unsafe snapshot.get(family, key, body)
    }

    /// Visits the shard's rows of a family whose keys, after the shard's two bytes, begin with `prefix`, in the order of their
    /// keys, until `visit` returns false. The keys that are visited are whole ones.
    package func scan(
        _ family: Family, prefix: [UInt8] = [],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        let lower = [UInt8(shard >> 8), UInt8(shard & 0xff)] + prefix
        try unsafe scan(family, from: lower, to: ShardStore.end(ofPrefix: lower), visit)
    }

    /// The shard's rows of a family whose keys, after the shard's two bytes, begin with `prefix`, in the order of their keys.
    package func rows(
        _ family: Family, prefix: [UInt8] = []
    ) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        var found: [(key: [UInt8], value: [UInt8])] = []
        try unsafe scan(family, prefix: prefix) { key, value in
            unsafe found.append(([UInt8](key), [UInt8](value)))
            return true
        }
        return found
    }

    /// Visits rows from `lower` (inclusive) to `upper` (exclusive) in the order of their keys, until `visit` returns false.
    /// Both begin with the shard's two bytes.
    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        var next = unsafe lower.withUnsafeBytes { unsafe position(family, $0) }
        let end = unsafe max(next, upper.withUnsafeBytes { unsafe position(family, $0) })
        var goesOn = true
        /// Visits the changed rows that come before a key, or all that are left.
        func visitChanged(before key: UnsafeRawBufferPointer?) {
            while goesOn, next < end {
                let entry = changed[next]
                if let key = unsafe key, unsafe FrozenRows.order(rows.key(entry), key) >= 0 { return }
                next += 1
                if let value = unsafe rows.value(entry) { goesOn = unsafe visit(rows.key(entry), value) }
            }
        }
        try unsafe snapshot.scan(family, from: lower, to: upper) { key, value in
            unsafe visitChanged(before: key)
            guard goesOn else { return false }
            // What a block says of the same key comes instead, with the next ones.
            if next < end, unsafe FrozenRows.order(rows.key(changed[next]), key) == 0 { return true }
            goesOn = unsafe visit(key, value)
            return goesOn
        }
        visitChanged(before: nil)
    }

    /// The position of the first changed row that does not come before this one.
    private func position(_ family: Family, _ key: UnsafeRawBufferPointer) -> Int {
        var low = 0
        var high = changed.count
        while low < high {
            let middle = (low + high) / 2
            let entry = changed[middle]
            let precedes =
                entry.family == family.rawValue
                ? unsafe FrozenRows.precedes(rows.key(entry), key) : entry.family < family.rawValue
            if precedes { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
