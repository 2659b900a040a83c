/// Bytes that grow, in memory that is used again and again: what the keys and values of rows are built in.
@safe package struct RowBytes: ~Copyable {
    @usableFromInline package var start: UnsafeMutableRawPointer
    @usableFromInline package var capacity: Int
    @usableFromInline package var length: Int

    package init() {
        capacity = 256
        length = 0
        unsafe start = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { unsafe start.deallocate() }

    @inlinable package var count: Int { length }

    /// The bytes; they live until they are changed.
    @inlinable package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: length) }

    /// Cuts the bytes back to an earlier count.
    @inlinable package mutating func truncate(to count: Int) { length = count }

    /// Changes a byte that is there.
    @inlinable package mutating func set(_ byte: UInt8, at place: Int) {
        unsafe (start + place).storeBytes(of: byte, as: UInt8.self)
    }

    /// Forgets all bytes, and memory beyond so many of them.
    @inlinable package mutating func removeAll(keepingCapacity kept: Int) {
        length = 0
        if capacity > kept { shrink(to: kept) }
    }

    @usableFromInline package mutating func shrink(to kept: Int) {
        unsafe start.deallocate()
        capacity = kept
        unsafe start = .allocate(byteCount: capacity, alignment: 8)
    }

    @inlinable package mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe (start + length).storeBytes(of: byte, as: UInt8.self)
        length += 1
    }

    /// Appends the bytes of an integer as they are in memory; the caller says `bigEndian` or `littleEndian`.
    @inlinable package mutating func append<Word: FixedWidthInteger>(word: Word) {
        reserve(MemoryLayout<Word>.size)
        unsafe (start + length).storeBytes(of: word, as: Word.self)
        length += MemoryLayout<Word>.size
    }

    /// Appends an integer in groups of seven bits, the lowest first, as ``Varint`` reads it.
    @inlinable package mutating func append(varint value: UInt64) {
        reserve(10)
        var value = value
        while value >= 0x80 {
            unsafe (start + length).storeBytes(of: UInt8(truncatingIfNeeded: value) | 0x80, as: UInt8.self)
            length += 1
            value >>= 7
        }
        unsafe (start + length).storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        length += 1
    }

    @inlinable package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe (start + length).copyMemory(from: base, byteCount: bytes.count)
        length += bytes.count
    }

    @inlinable package mutating func append(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe append($0) } }

    @inlinable package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    @inlinable package mutating func reserve(_ more: Int) {
        if length + more > capacity { grow(more) }
    }

    @usableFromInline package mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, length + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        unsafe larger.copyMemory(from: start, byteCount: length)
        unsafe start.deallocate()
        unsafe start = unsafe larger
    }
}
