/// Builds row keys in a buffer of its own that is used again and again.
///
/// Keys of one shard begin with its number (2 bytes, big-endian). Parts of variable length carry their length before them,
/// so that no key is a prefix of another by accident and one object's rows are one range.
@safe package struct RowKey: ~Copyable {
    package private(set) var count: Int
    private var start: UnsafeMutableRawPointer
    private var capacity: Int

    package init(shard: Int) {
        capacity = 256
        unsafe start = .allocate(byteCount: capacity, alignment: 8)
        count = 0
        append(UInt16(shard))
    }

    deinit { unsafe start.deallocate() }

    /// The bytes; they live until the key is changed.
    @inline(__always)
    package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }

    /// Cuts the key back to an earlier count.
    @inline(__always)
    package mutating func truncate(to count: Int) { self.count = count }

    @inline(__always)
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count)
        if let base = bytes.baseAddress { unsafe (start + count).copyMemory(from: base, byteCount: bytes.count) }
        count += bytes.count
    }

    @inline(__always)
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends an integer, big-endian, so that keys sort by it.
    @inline(__always)
    package mutating func append<I: FixedWidthInteger>(_ value: I) {
        let size = MemoryLayout<I>.size
        reserve(size)
        unsafe (start + count).storeBytes(of: value.bigEndian, as: I.self)
        count += size
    }

    /// Appends a service's name with its length, and an object's key with its length: the prefix of all rows of one object.
    package mutating func appendObject(service: String, key: UnsafeRawBufferPointer) {
        append(UInt8(truncatingIfNeeded: service.utf8.count))
        append(service)
        append(UInt32(key.count))
        unsafe append(key)
    }

    private mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        unsafe larger.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = unsafe larger
    }
}
