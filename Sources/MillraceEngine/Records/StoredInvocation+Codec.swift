import Millrace
import MillraceStore

/// ```text
/// invocation := (2 | 3 | 4)(1) id(24) service handler key? payload? accepted(varint) due(varint) caller headers idempotencyKey? callers source
/// headers    := count(varint) (name value)*
/// callers    := count(varint) id(24)*
/// source     := 0(1) | kind(1) subscription topic partition(varint) offset(varint) timestamp(varint) key? headers      kind 2 is a tombstone
/// ```
/// The first byte is 3 where the invocation is known by a record before it has started, and 4 where it is gone from its line. Parts are written as
/// ``RecordWriter`` says.
extension StoredInvocation {
    private static let version: UInt8 = 2
    private static let versionWithRecord: UInt8 = 3
    private static let versionOfGone: UInt8 = 4

    func encode(into writer: inout RecordWriter) {
        writer.byte(isGone ? Self.versionOfGone : hasRecord ? Self.versionWithRecord : Self.version)
        writer.id(id)
        writer.text(service)
        writer.text(handler)
        writer.optional(key)
        writer.optional(payload)
        writer.integer(acceptedAtMilliseconds)
        writer.integer(dueMilliseconds)
        writer.caller(caller)
        writer.count(headers.count)
        for header in headers {
            writer.text(header.name)
            writer.text(header.value)
        }
        writer.optional(text: idempotencyKey)
        writer.count(callers.count)
        for caller in callers { writer.id(caller) }
        guard let source else { return writer.byte(0) }
        writer.byte(source.record.isTombstone ? 2 : 1)
        writer.text(source.subscription)
        writer.text(source.record.topic)
        writer.integer(UInt64(UInt32(bitPattern: source.record.partition)))
        writer.integer(source.record.offset)
        writer.integer(source.record.timestampMilliseconds ?? .min)
        writer.optional(source.record.key)
        writer.count(source.record.headers.count)
        for header in source.record.headers {
            writer.text(header.name)
            writer.optional(header.value)
        }
    }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(RecordError) {
        var reader = unsafe RecordReader(bytes)
        let version = try reader.byte()
        guard (Self.version...Self.versionOfGone).contains(version) else { throw RecordError() }
        hasRecord = version == Self.versionWithRecord
        isGone = version == Self.versionOfGone
        id = try reader.id()
        service = try reader.text()
        handler = try reader.text()
        key = try reader.optional() ?? []
        payload = try reader.optional() ?? []
        acceptedAtMilliseconds = Int64(bitPattern: try reader.integer())
        dueMilliseconds = try reader.integer()
        caller = try reader.caller()
        for _ in 0..<(try reader.count()) { headers.append(InvocationHeader(try reader.text(), try reader.text())) }
        idempotencyKey = try reader.optionalText()
        for _ in 0..<(try reader.count()) { callers.append(try reader.id()) }
        let kind = try reader.byte()
        guard kind != 0 else { return }
        let subscription = try reader.text()
        let topic = try reader.text()
        let partition = Int32(bitPattern: UInt32(truncatingIfNeeded: try reader.integer()))
        let offset = Int64(bitPattern: try reader.integer())
        let timestamp = Int64(bitPattern: try reader.integer())
        let recordKey = try reader.optional()
        var headers: [SourceRecord.Header] = []
        for _ in 0..<(try reader.count()) {
            headers.append(SourceRecord.Header(name: try reader.text(), value: try reader.optional()))
        }
        source = Source(
            subscription: subscription,
            record: SourceRecord(
                topic: topic, partition: partition, offset: offset,
                timestampMilliseconds: timestamp == .min ? nil : timestamp, key: recordKey, headers: headers,
                isTombstone: kind == 2))
    }
}
