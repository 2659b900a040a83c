import MillraceStore

/// The protocol's functions for keys and values that tests have as text.
extension Disk {
    func value(_ family: Family, _ key: String) throws(StoreError) -> String? {
        var value: String?
        let key = Array(key.utf8)
        let found = try unsafe key.span.withUnsafeBytes { key throws(StoreError) in
            try unsafe get(family, key) { value = unsafe String(decoding: $0, as: UTF8.self) }
        }
        return found ? value : nil
    }

    func write(_ family: Family, _ rows: [(String, String)]) throws(StoreError) {
        let batch = makeBatch()
        for (key, value) in rows { batch.put(family, key, value) }
        try write(batch)
    }

    func rows(_ family: Family, from lower: String, to upper: String) throws(StoreError) -> [[String]] {
        var rows: [[String]] = []
        try unsafe scan(family, from: Array(lower.utf8), to: Array(upper.utf8)) { key, value in
            rows.append(unsafe [String(decoding: key, as: UTF8.self), String(decoding: value, as: UTF8.self)])
            return true
        }
        return rows
    }
}

extension DiskBatch {
    func put(_ family: Family, _ key: String, _ value: String) {
        var key = key
        var value = value
        key.withUTF8 { key in
            value.withUTF8 { value in
                unsafe put(family, UnsafeRawBufferPointer(key), UnsafeRawBufferPointer(value))
            }
        }
    }

    func delete(_ family: Family, _ key: String) {
        var key = key
        key.withUTF8 { unsafe delete(family, UnsafeRawBufferPointer($0)) }
    }
}
