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

    mutating func part(_ count: Int) throws(RecordError) -> [UInt8] {
        guard count <= end - at else { throw RecordError() }
        defer { at += count }
        return unsafe [UInt8](bytes[at..<at + count])
    }

    mutating func bytesWithCount() throws(RecordError) -> [UInt8] { try part(try count()) }

    mutating func text() throws(RecordError) -> String { String(decoding: try bytesWithCount(), as: UTF8.self) }

    mutating func optional() throws(RecordError) -> [UInt8]? {
        let count = try integer()
        guard count > 0 else { return nil }
        guard count - 1 <= UInt64(end - at) else { throw RecordError() }
        return try part(Int(count - 1))
    }

    mutating func id() throws(RecordError) -> InvocationID {
        guard let id = InvocationID(bytes: try part(InvocationID.byteCount)) else { throw RecordError() }
        return id
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

/// The parts that ``RecordReader`` reads.
extension MessageCodec {
    static func put(_ caller: ResponseTarget?, _ bytes: inout [UInt8]) {
        switch caller {
        case nil: bytes.append(0)
        case .invocation(let id, let completion):
            bytes.append(1)
            bytes.append(contentsOf: id.bytes)
            put(completion, &bytes)
        case .request(let number):
            bytes.append(2)
            put(number, &bytes)
        }
    }

    static func put(_ completion: Completion, _ bytes: inout [UInt8]) {
        bytes.append(completion.kind.rawValue)
        put(UInt64(completion.number), &bytes)
    }

    static func put(_ result: DurableResult, _ bytes: inout [UInt8]) {
        switch result {
        case .void: bytes.append(0)
        case .value(let value):
            bytes.append(1)
            put(UInt64(value.count), &bytes)
            bytes.append(contentsOf: value)
        case .failure(let error):
            bytes.append(2)
            put(UInt64(error.code), &bytes)
            put(error.message, &bytes)
            put(UInt64(error.metadata.count), &bytes)
            for (name, value) in error.metadata.sorted(by: { $0.key < $1.key }) {
                put(name, &bytes)
                put(value, &bytes)
            }
        }
    }

    static func put(_ signal: SignalName, _ bytes: inout [UInt8]) {
        switch signal {
        case .index(let index):
            bytes.append(0)
            put(UInt64(index), &bytes)
        case .name(let name):
            bytes.append(1)
            put(name, &bytes)
        }
    }
}

/// Stored bytes that cannot be read.
package struct RecordError: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "a stored record cannot be read" }
}
