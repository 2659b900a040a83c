import Millrace
import MillraceStore

/// ```text
/// invocation := (2 | 3 | 4)(1) id(24) service handler key? payload? accepted(varint) due(varint) caller headers idempotencyKey? callers source
/// caller     := 0(1) | 1(1) id(24) kind(1) completion(varint) | 2(1) request(varint)
/// headers    := count(varint) (name value)*
/// callers    := count(varint) id(24)*
/// source     := 0(1) | kind(1) subscription topic partition(varint) offset(varint) timestamp(varint) key? headers      kind 2 is a tombstone
/// ```
/// The first byte is 3 where the invocation is known by a record before it has started, and 4 where it is gone from its line. Parts are written as ``MessageCodec`` says.
extension StoredInvocation {
    private static let version: UInt8 = 2
    private static let versionWithRecord: UInt8 = 3
    private static let versionOfGone: UInt8 = 4

    func encode(into bytes: inout [UInt8]) {
        bytes.append(isGone ? Self.versionOfGone : hasRecord ? Self.versionWithRecord : Self.version)
        bytes.append(contentsOf: id.bytes)
        MessageCodec.put(service, &bytes)
        MessageCodec.put(handler, &bytes)
        MessageCodec.putOptional(key, &bytes)
        MessageCodec.putOptional(payload, &bytes)
        MessageCodec.put(UInt64(bitPattern: acceptedAtMilliseconds), &bytes)
        MessageCodec.put(dueMilliseconds, &bytes)
        MessageCodec.put(caller, &bytes)
        MessageCodec.put(UInt64(headers.count), &bytes)
        for header in headers {
            MessageCodec.put(header.name, &bytes)
            MessageCodec.put(header.value, &bytes)
        }
        MessageCodec.putOptional(idempotencyKey.map { Array($0.utf8) }, &bytes)
        MessageCodec.put(UInt64(callers.count), &bytes)
        for caller in callers { bytes.append(contentsOf: caller.bytes) }
        guard let source else { return bytes.append(0) }
        bytes.append(source.record.isTombstone ? 2 : 1)
        MessageCodec.put(source.subscription, &bytes)
        MessageCodec.put(source.record.topic, &bytes)
        MessageCodec.put(UInt64(UInt32(bitPattern: source.record.partition)), &bytes)
        MessageCodec.put(UInt64(bitPattern: source.record.offset), &bytes)
        MessageCodec.put(UInt64(bitPattern: source.record.timestampMilliseconds ?? .min), &bytes)
        MessageCodec.putOptional(source.record.key, &bytes)
        MessageCodec.put(UInt64(source.record.headers.count), &bytes)
        for header in source.record.headers {
            MessageCodec.put(header.name, &bytes)
            MessageCodec.putOptional(header.value, &bytes)
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
        idempotencyKey = try reader.optional().map { String(decoding: $0, as: UTF8.self) }
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
