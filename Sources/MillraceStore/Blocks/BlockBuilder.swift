import Glibc

/// Writes a block into a buffer that is used again for the next one.
@safe package final class BlockBuilder {
    private var start: UnsafeMutableRawPointer
    private var capacity = 64 << 10
    private var count = 0
    private var rowCount: UInt32 = 0
    private var messagesStart = 0

    package init() { unsafe start = .allocate(byteCount: capacity, alignment: 16) }
    deinit { unsafe start.deallocate() }

    package func begin(number: UInt64) {
        count = Block.headerCount
        rowCount = 0
        messagesStart = 0
        unsafe start.storeBytes(of: Block.version, toByteOffset: 8, as: UInt8.self)
        unsafe start.storeBytes(of: number.littleEndian, toByteOffset: 9, as: UInt64.self)
    }

    /// Appends a row; all rows come before the messages.
    @inline(__always)
    package func append(family: UInt8, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
        unsafe reserve(21 + key.count + (value?.count ?? 0))
        unsafe start.storeBytes(of: family, toByteOffset: count, as: UInt8.self)
        count += 1
        put(UInt64(key.count))
        unsafe put(key)
        if let value = unsafe value {
            put(UInt64(value.count) + 1)
            unsafe put(value)
        } else {
            put(0)
        }
        rowCount += 1
    }

    /// Ends the rows, appends the messages as they were framed by ``MessageBuffer``, and returns the block. It lives until
    /// the next `begin`.
    package func finish(messages: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        messagesStart = count
        reserve(messages.count)
        unsafe put(messages)
        unsafe start.storeBytes(of: rowCount.littleEndian, toByteOffset: 17, as: UInt32.self)
        unsafe start.storeBytes(of: UInt32(messagesStart).littleEndian, toByteOffset: 21, as: UInt32.self)
        let body = unsafe UnsafeRawBufferPointer(start: start + 8, count: count - 8)
        unsafe start.storeBytes(of: XXH64.hash(body).littleEndian, toByteOffset: 0, as: UInt64.self)
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    @inline(__always)
    private func put(_ bytes: UnsafeRawBufferPointer) {
        if let source = bytes.baseAddress { unsafe (start + count).copyMemory(from: source, byteCount: bytes.count) }
        count += bytes.count
    }

    @inline(__always)
    private func put(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            unsafe start.storeBytes(of: UInt8(truncatingIfNeeded: value) | 0x80, toByteOffset: count, as: UInt8.self)
            count += 1
            value >>= 7
        }
        unsafe start.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: count, as: UInt8.self)
        count += 1
    }

    @inline(__always)
    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        unsafe larger.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = unsafe larger
    }
}
