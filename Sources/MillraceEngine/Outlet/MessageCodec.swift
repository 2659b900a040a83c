import Millrace
import MillraceStore

/// How a block holds messages that leave its shard.
///
/// ```text
/// message := 1(1) sequence(varint) cluster topic key? value? headerCount(varint) (name value?)*    a record for a sink
///          | 2(1) sequence(varint) target(varint) invocation                                       an invocation for a shard
///          | 3(1) sequence(varint) target(varint) id(24) completion result                         a result for an invocation
///          | 4(1) sequence(varint) target(varint) id(24) signal result                             a signal for an invocation
///          | 5(1) sequence(varint) target(varint) id(24) caller waits(1)                           a question for a result
///          | 6(1) sequence(varint) target(varint) id(24)                                           an invocation is to end
/// ```
/// Parts are written as ``RecordWriter`` says. In a block each message has its length before it, as a varint.
enum MessageCodec {
    /// A record for a sink, as it is read back.
    struct Emission {
        var sequence: UInt64
        var cluster: String
        var topic: String
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [SourceRecord.Header]
    }

    enum Message {
        case emission(Emission)
        case shard(ShardMessage)
    }

    // MARK: Writing

    static func encode(_ message: ShardMessage, into writer: inout RecordWriter) {
        writer.frame { writer in
            switch message.body {
            case .invoke(let invocation):
                begin(2, message, &writer)
                invocation.encode(into: &writer)
            case .complete(let id, let completion, let result):
                begin(3, message, &writer)
                writer.id(id)
                writer.completion(completion)
                writer.result(result)
            case .signal(let id, let signal, let result):
                begin(4, message, &writer)
                writer.id(id)
                writer.signal(signal)
                writer.result(result)
            case .query(let id, let listener, let waits):
                begin(5, message, &writer)
                writer.id(id)
                writer.caller(listener)
                writer.byte(waits ? 1 : 0)
            case .kill(let id):
                begin(6, message, &writer)
                writer.id(id)
            }
        }
    }

    private static func begin(_ kind: UInt8, _ message: ShardMessage, _ writer: inout RecordWriter) {
        writer.byte(kind)
        writer.integer(message.sequence)
        writer.count(message.target)
    }

    /// A record for a sink. It is what a message of a block has, and the value of a row of the family `outbox`.
    static func encodeEmission(
        sequence: UInt64, cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], into writer: inout RecordWriter
    ) {
        writer.byte(1)
        writer.integer(sequence)
        writer.text(cluster)
        writer.text(topic)
        unsafe writer.optional(key)
        unsafe writer.optional(value)
        writer.count(headers.count)
        for header in headers {
            writer.text(header.name)
            writer.optional(header.value)
        }
    }

    // MARK: Reading

    static func decode(_ bytes: [UInt8]) -> Message? {
        unsafe bytes.withUnsafeBytes { bytes -> Message? in
            var at = 1
            func integer() -> UInt64? { unsafe Varint.read(bytes, &at, bytes.count) }
            func part(_ count: UInt64) -> [UInt8]? {
                guard count <= UInt64(bytes.count - at) else { return nil }
                defer { at += Int(count) }
                return unsafe [UInt8](bytes[at..<at + Int(count)])
            }
            func optional() -> [UInt8]?? {
                guard let count = integer() else { return nil }
                if count == 0 { return .some(nil) }
                guard let bytes = part(count - 1) else { return nil }
                return .some(bytes)
            }
            func text() -> String? {
                guard let count = integer(), let bytes = part(count) else { return nil }
                return String(decoding: bytes, as: UTF8.self)
            }
            guard let kind = unsafe bytes.first, let sequence = integer() else { return nil }
            switch kind {
            case 1:
                guard let cluster = text(), let topic = text(), let key = optional(), let value = optional(),
                    let headerCount = integer()
                else { return nil }
                var headers: [SourceRecord.Header] = []
                for _ in 0..<headerCount {
                    guard let name = text(), let value = optional() else { return nil }
                    headers.append(SourceRecord.Header(name: name, value: value))
                }
                return .emission(
                    Emission(
                        sequence: sequence, cluster: cluster, topic: topic, key: key, value: value, headers: headers))
            case 2:
                guard let target = integer(),
                    let invocation = try? unsafe StoredInvocation(
                        decoding: UnsafeRawBufferPointer(rebasing: bytes[at...]))
                else { return nil }
                return .shard(ShardMessage(sequence: sequence, target: Int(target), body: .invoke(invocation)))
            case 3...6:
                guard let target = integer(), at <= bytes.count,
                    let body = unsafe body(kind, UnsafeRawBufferPointer(rebasing: bytes[at...]))
                else { return nil }
                return .shard(ShardMessage(sequence: sequence, target: Int(target), body: body))
            default: return nil
            }
        }
    }

    private static func body(_ kind: UInt8, _ bytes: UnsafeRawBufferPointer) -> ShardMessage.Body? {
        var reader = unsafe RecordReader(bytes)
        do throws(RecordError) {
            let id = try reader.id()
            switch kind {
            case 3: return .complete(id, try reader.completion(), try reader.result())
            case 4: return .signal(id, try reader.signal(), try reader.result())
            case 6: return .kill(id)
            default:
                guard let listener = try reader.caller() else { return nil }
                return .query(id, listener, waits: try reader.byte() == 1)
            }
        } catch { return nil }
    }
}
