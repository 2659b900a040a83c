import Millrace
import MillraceStore

/// Reads the parts of a stored record one after the other. The bytes must live as long as the reader.
@safe struct RecordReader {
    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private(set) var at = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = unsafe bytes
        end = bytes.count
    }

    /// Whether nothing is left.
    var isAtEnd: Bool { at == end }

    mutating func byte() throws(RecordError) -> UInt8 {
        guard at < end else { throw RecordError() }
        defer { at += 1 }
        return unsafe bytes[at]
    }

    mutating func integer() throws(RecordError) -> UInt64 {
        guard let value = unsafe Varint.read(bytes, &at, end) else { throw RecordError() }
        return value
    }

    /// A number of parts that follow, each of which has a byte at least.
    mutating func count() throws(RecordError) -> Int {
        let count = try integer()
        guard count <= UInt64(end - at) else { throw RecordError() }
        return Int(count)
    }

    mutating func part(_ count: Int) throws(RecordError) -> [UInt8] { unsafe [UInt8](try view(count)) }

    /// Bytes where they are.
    private mutating func view(_ count: Int) throws(RecordError) -> UnsafeRawBufferPointer {
        guard count <= end - at else { throw RecordError() }
        defer { at += count }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
    }

    /// Passes over a part that has its count before it.
    mutating func skip() throws(RecordError) {
        let count = try count()
        at += count
    }

    mutating func bytesWithCount() throws(RecordError) -> [UInt8] { try part(try count()) }

    mutating func text() throws(RecordError) -> String {
        unsafe String(decoding: try view(try count()), as: UTF8.self)
    }

    mutating func optional() throws(RecordError) -> [UInt8]? {
        let count = try integer()
        guard count > 0 else { return nil }
        guard count - 1 <= UInt64(end - at) else { throw RecordError() }
        return try part(Int(count - 1))
    }

    mutating func optionalText() throws(RecordError) -> String? {
        let count = try integer()
        guard count > 0 else { return nil }
        guard count - 1 <= UInt64(end - at) else { throw RecordError() }
        return unsafe String(decoding: try view(Int(count - 1)), as: UTF8.self)
    }

    mutating func id() throws(RecordError) -> InvocationID {
        let bytes = try unsafe view(InvocationID.byteCount)
        func word(_ at: Int) -> UInt64 {
            unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        return InvocationID(
            keyHash: word(0), dueMilliseconds: word(8) >> 16, originShard: UInt16(truncatingIfNeeded: word(8)),
            sequence: word(16))
    }

    mutating func caller() throws(RecordError) -> ResponseTarget? {
        switch try byte() {
        case 0: return nil
        case 1: return .invocation(try id(), try completion())
        case 2: return .request(try integer())
        default: throw RecordError()
        }
    }

    mutating func completion() throws(RecordError) -> Completion {
        guard let kind = Completion.Kind(rawValue: try byte()) else { throw RecordError() }
        return Completion(number: UInt32(truncatingIfNeeded: try integer()), kind: kind)
    }

    mutating func result() throws(RecordError) -> DurableResult {
        switch try byte() {
        case 0: return .void
        case 1: return .value(try bytesWithCount())
        case 2:
            let code = UInt16(truncatingIfNeeded: try integer())
            let message = try text()
            var metadata: [String: String] = [:]
            for _ in 0..<(try count()) { metadata[try text()] = try text() }
            return .failure(TerminalError(message, code: code, metadata: metadata))
        default: throw RecordError()
        }
    }

    mutating func signal() throws(RecordError) -> SignalName {
        switch try byte() {
        case 0: return .index(UInt32(truncatingIfNeeded: try integer()))
        case 1: return .name(try text())
        default: throw RecordError()
        }
    }
}

/// Stored bytes that cannot be read.
package struct RecordError: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "a stored record cannot be read" }
}
