/// One batch's decisions as bytes: the row that is written to `batches`.
///
/// ```text
/// block    := checksum(8, XXH64 of all that follows, little-endian) version(1) number(8 LE) rowCount(4 LE)
///             messagesStart(4 LE, from the block's first byte) row* message*
/// row      := family(1) keyCount(varint) key valueCount+1(varint; 0 is a deletion) value
/// message  := count(varint) bytes
/// varint   := groups of seven bits, the lowest first, the eighth bit set on all but the last
/// ```
///
/// Keys are without their shard, which is in the block's own key. A block holds values and deletions, never differences:
/// replaying it twice, or over newer rows followed by the newer blocks, ends in the same place.
package enum Block {
    static let version: UInt8 = 1
    static let headerCount = 25

    /// A row as a block has it. The bytes live as long as the block's.
    @unsafe package struct Row {
        package let family: Family
        /// Without the shard's two bytes.
        package let key: UnsafeRawBufferPointer
        /// `nil` for a deletion.
        package let value: UnsafeRawBufferPointer?
    }

    /// A block that was read back.
    @unsafe package struct Reader {
        package let number: UInt64
        private let bytes: UnsafeRawBufferPointer
        private let rowCount: Int
        private let messagesStart: Int

        /// Checks the checksum and the version.
        package init(_ bytes: UnsafeRawBufferPointer) throws(BlockError) {
            guard bytes.count >= Block.headerCount else { throw .truncated }
            let stored = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
            guard unsafe stored == XXH64.hash(UnsafeRawBufferPointer(rebasing: bytes[8...])) else { throw .checksum }
            guard unsafe bytes[8] == Block.version else { throw unsafe .version(bytes[8]) }
            unsafe number = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 9, as: UInt64.self))
            unsafe rowCount = unsafe Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 17, as: UInt32.self)))
            unsafe messagesStart = unsafe Int(
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 21, as: UInt32.self)))
            guard unsafe messagesStart >= Block.headerCount, unsafe messagesStart <= bytes.count else {
                throw .truncated
            }
            unsafe self.bytes = unsafe bytes
        }

        package func forEachRow(_ visit: (Row) throws(StoreError) -> Void) throws(BlockReplayError) {
            var at = Block.headerCount
            for _ in unsafe 0..<rowCount {
                guard unsafe at < messagesStart, let family = unsafe Family(rawValue: bytes[at]) else {
                    throw .block(.truncated)
                }
                at += 1
                guard let key = unsafe part(&at, messagesStart, bias: 0), let key = unsafe key,
                    let value = unsafe part(&at, messagesStart, bias: 1)
                else { throw .block(.truncated) }
                do throws(StoreError) {
                    try unsafe visit(Row(family: family, key: key, value: value))
                } catch {
                    throw .store(error)
                }
            }
        }

        func forEachMessage(_ visit: (UnsafeRawBufferPointer) -> Void) throws(BlockError) {
            var at = unsafe messagesStart
            while unsafe at < bytes.count {
                guard let message = unsafe part(&at, bytes.count, bias: 0), let message = unsafe message else {
                    throw .truncated
                }
                unsafe visit(message)
            }
        }

        var hasMessages: Bool { unsafe messagesStart < bytes.count }

        /// A count and that many bytes; the inner `nil` for a count below the bias, the outer where they do not fit.
        private func part(_ at: inout Int, _ end: Int, bias: Int) -> UnsafeRawBufferPointer?? {
            guard let count = unsafe Varint.read(bytes, &at, end) else { return nil }
            if count < UInt64(bias) { return unsafe .some(nil) }
            let length = Int(truncatingIfNeeded: count) - bias
            guard length >= 0, length <= end - at else { return nil }
            defer { at += length }
            return unsafe .some(UnsafeRawBufferPointer(rebasing: bytes[at..<at + length]))
        }
    }
}

/// Why bytes are no block.
package enum BlockError: Error, CustomStringConvertible {
    case truncated
    case checksum
    case version(UInt8)

    package var description: String {
        switch self {
        case .truncated: "a block is cut short"
        case .checksum: "a block's checksum is wrong"
        case .version(let version): "a block has version \(version), which this version of Millrace does not know"
        }
    }
}

/// What stops a replay: the block itself, or what is done with its rows.
package enum BlockReplayError: Error {
    case block(BlockError)
    case store(StoreError)
}

/// Integers in groups of seven bits.
package enum Varint {
    /// Reads one, and moves `at` behind it; `nil` where it does not end before `end`.
    @inline(__always)
    package static func read(_ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ end: Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < end, shift < 64 {
            let byte = unsafe bytes[at]
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
