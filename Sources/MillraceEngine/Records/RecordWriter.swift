import Millrace
import MillraceStore

/// Writes the parts of a stored record that ``RecordReader`` reads, into memory that is used again and again.
///
/// ```text
/// x       := count(varint) bytes            x? := count + 1(varint) bytes, or 0 where there is none
/// caller  := 0(1) | 1(1) id(24) completion | 2(1) request(varint)
/// result  := 0(1) | 1(1) value | 2(1) code(varint) message count(varint) (name value)*
/// signal  := 0(1) index(varint) | 1(1) name
/// completion := kind(1) number(varint)
/// ```
@safe struct RecordWriter: ~Copyable {
    private var buffer = RowBytes()

    var count: Int { buffer.count }

    /// What was written; it lives until more is.
    var bytes: UnsafeRawBufferPointer { unsafe buffer.bytes }

    /// Forgets what was written; what the next use needs less of is given back.
    mutating func removeAll() { buffer.removeAll(keepingCapacity: Self.keptBytes) }

    private static let keptBytes = 1 << 20

    mutating func byte(_ value: UInt8) { buffer.append(value) }

    mutating func integer(_ value: UInt64) { buffer.append(varint: value) }

    mutating func integer(_ value: Int64) { buffer.append(varint: UInt64(bitPattern: value)) }

    mutating func count(_ value: Int) { buffer.append(varint: UInt64(value)) }

    /// A word of fixed size, little-endian.
    mutating func word(_ value: UInt64) { buffer.append(word: value.littleEndian) }

    mutating func word(_ value: UInt32) { buffer.append(word: value.littleEndian) }

    /// Bytes without their count.
    mutating func part(_ bytes: UnsafeRawBufferPointer) { unsafe buffer.append(bytes) }

    mutating func bytesWithCount(_ bytes: [UInt8]) {
        count(bytes.count)
        buffer.append(bytes)
    }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            count(utf8.count)
            unsafe buffer.append(UnsafeRawBufferPointer(utf8))
        }
    }

    mutating func optional(_ part: UnsafeRawBufferPointer?) {
        guard let part = unsafe part else { return byte(0) }
        count(part.count + 1)
        unsafe buffer.append(part)
    }

    mutating func optional(_ part: [UInt8]?) {
        guard let part else { return byte(0) }
        count(part.count + 1)
        buffer.append(part)
    }

    mutating func optional(text: String?) {
        guard var text else { return byte(0) }
        text.withUTF8 { utf8 in
            count(utf8.count + 1)
            unsafe buffer.append(UnsafeRawBufferPointer(utf8))
        }
    }

    /// An id as ``InvocationID/bytes`` has it.
    mutating func id(_ id: InvocationID) {
        buffer.append(word: id.keyHash.bigEndian)
        buffer.append(word: (id.dueMilliseconds << 16 | UInt64(id.originShard)).bigEndian)
        buffer.append(word: id.sequence.bigEndian)
    }

    mutating func caller(_ caller: ResponseTarget?) {
        switch caller {
        case nil: byte(0)
        case .invocation(let id, let completion):
            byte(1)
            self.id(id)
            self.completion(completion)
        case .request(let number):
            byte(2)
            integer(number)
        }
    }

    mutating func completion(_ completion: Completion) {
        byte(completion.kind.rawValue)
        integer(UInt64(completion.number))
    }

    mutating func result(_ result: DurableResult) {
        switch result {
        case .void: byte(0)
        case .value(let value):
            byte(1)
            bytesWithCount(value)
        case .failure(let error):
            byte(2)
            integer(UInt64(error.code))
            text(error.message)
            count(error.metadata.count)
            for (name, value) in error.metadata.sorted(by: { $0.key < $1.key }) {
                text(name)
                text(value)
            }
        }
    }

    mutating func signal(_ signal: SignalName) {
        switch signal {
        case .index(let index):
            byte(0)
            integer(UInt64(index))
        case .name(let name):
            byte(1)
            text(name)
        }
    }

    /// Puts the count of what `body` writes before it.
    mutating func frame(_ body: (inout RecordWriter) -> Void) {
        // In a fixed number of groups, enough for any block, so that nothing moves.
        let at = count
        for _ in 0..<Self.frameCount { byte(0) }
        body(&self)
        var length = UInt64(count - at - Self.frameCount)
        for place in at..<(at + Self.frameCount - 1) {
            buffer.set(UInt8(truncatingIfNeeded: length & 0x7f) | 0x80, at: place)
            length >>= 7
        }
        buffer.set(UInt8(truncatingIfNeeded: length), at: at + Self.frameCount - 1)
    }

    private static let frameCount = 5

    /// What `body` writes, as an array.
    static func array(_ body: (inout RecordWriter) -> Void) -> [UInt8] {
        var writer = RecordWriter()
        body(&writer)
        return unsafe [UInt8](writer.bytes)
    }
}
