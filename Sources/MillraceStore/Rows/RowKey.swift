/// Builds row keys in a buffer of its own that is used again and again.
///
/// Keys of one shard begin with its number (2 bytes, big-endian). Parts of variable length carry their length before them,
/// so that no key is a prefix of another by accident and one object's rows are one range. Integers are big-endian, so that keys sort
/// by them.
@safe package struct RowKey: ~Copyable {
    @usableFromInline package var buffer = RowBytes()

    package init(shard: Int) { append(UInt16(shard)) }

    @inlinable package var count: Int { buffer.count }

    /// The bytes; they live until the key is changed.
    @inlinable package var bytes: UnsafeRawBufferPointer { unsafe buffer.bytes }

    /// Cuts the key back to an earlier count.
    @inlinable package mutating func truncate(to count: Int) { buffer.truncate(to: count) }

    @inlinable package mutating func append(_ bytes: UnsafeRawBufferPointer) { unsafe buffer.append(bytes) }

    @inlinable package mutating func append(_ text: String) { buffer.append(text) }

    @inlinable package mutating func append(_ value: UInt8) { buffer.append(value) }

    @inlinable package mutating func append(_ value: UInt16) { buffer.append(word: value.bigEndian) }

    @inlinable package mutating func append(_ value: UInt32) { buffer.append(word: value.bigEndian) }

    @inlinable package mutating func append(_ value: UInt64) { buffer.append(word: value.bigEndian) }

    /// Appends a service's name with its length, and an object's key with its length: the prefix of all rows of one object.
    package mutating func appendObject(service: String, key: UnsafeRawBufferPointer) {
        append(UInt8(truncatingIfNeeded: service.utf8.count))
        append(service)
        append(UInt32(key.count))
        unsafe append(key)
    }
}
