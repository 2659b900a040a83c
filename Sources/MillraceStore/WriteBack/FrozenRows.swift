import Glibc

/// An overlay that is changed no more: copies of the rows of one shard that a number of batches changed, on their way to
/// their families.
///
/// Immutable once made, so it may be handed to another thread.
@safe final class FrozenRows: @unchecked Sendable {
    struct Entry {
        let family: UInt8
        let keyCount: Int32
        /// -1 for a deletion.
        let valueCount: Int32
        let start: Int
    }

    private(set) var entries: [Entry] = []
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0

    init(rowCount: Int, byteCount: Int) {
        entries.reserveCapacity(rowCount)
        capacity = max(1, byteCount)
        unsafe start = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe start.deallocate() }

    /// Adds a row while the overlay is being frozen.
    @inline(__always)
    func append(family: UInt8, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
        unsafe entries.append(
            Entry(
                family: family, keyCount: Int32(key.count), valueCount: value.map { Int32($0.count) } ?? -1,
                start: count))
        unsafe put(key)
        if let value = unsafe value { unsafe put(value) }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) {
        if count + bytes.count > capacity { grow(to: count + bytes.count) }
        if let source = bytes.baseAddress { unsafe (start + count).copyMemory(from: source, byteCount: bytes.count) }
        count += bytes.count
    }

    private func grow(to needed: Int) {
        capacity = max(capacity * 2, needed)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        unsafe larger.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = larger
    }

    @inline(__always)
    func key(_ entry: Entry) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: start + entry.start, count: Int(entry.keyCount))
    }

    @inline(__always)
    func value(_ entry: Entry) -> UnsafeRawBufferPointer? {
        guard entry.valueCount >= 0 else { return nil }
        return unsafe UnsafeRawBufferPointer(
            start: start + entry.start + Int(entry.keyCount), count: Int(entry.valueCount))
    }

    /// The entries sorted by family and key, as RocksDB takes them fastest; those of one key in the order in which they came.
    ///
    /// Keys of one overlay share a long prefix (shard, service), so the family and the seven bytes after what all have in common
    /// nearly always decide; they are compared as one integer beside the index, without touching the keys.
    func sortedByFamilyAndKey() -> [Entry] {
        guard let first = entries.first else { return [] }
        let reference = unsafe key(first)
        var common = reference.count
        for entry in entries {
            let key = unsafe key(entry)
            var i = 0
            let limit = min(common, key.count)
            while i < limit, unsafe key[i] == reference[i] { i += 1 }
            common = i
        }
        var order = entries.indices.map { index -> (word: UInt64, index: Int32) in
            let key = unsafe key(entries[index])
            var word = UInt64(entries[index].family)
            for i in 0..<7 { word = unsafe word << 8 | UInt64(common + i < key.count ? key[common + i] : 0) }
            return (word, Int32(index))
        }
        order.sort { a, b in
            if a.word != b.word { return a.word < b.word }
            let order = unsafe Self.order(key(entries[Int(a.index)]), key(entries[Int(b.index)]))
            return order == 0 ? a.index < b.index : order < 0
        }
        return order.map { entries[Int($0.index)] }
    }

    /// Whether a key comes before another, byte by byte.
    static func precedes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        unsafe order(a, b) < 0
    }

    /// Negative where a key comes before another, byte by byte, positive where it comes after it, 0 where they are the same.
    @inline(__always)
    static func order(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        let shared = min(a.count, b.count)
        if shared > 0, let x = a.baseAddress, let y = b.baseAddress {
            let order = unsafe memcmp(x, y, shared)
            if order != 0 { return Int(order) }
        }
        return a.count - b.count
    }
}
