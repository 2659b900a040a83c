import Millrace
import MillraceStore

extension StoredInvocation {
    func encode(into bytes: inout [UInt8]) {
        bytes.append(1)
        bytes.append(contentsOf: id.bytes)
        MessageCodec.put(service, &bytes)
        MessageCodec.put(handler, &bytes)
        MessageCodec.putOptional(key, &bytes)
        MessageCodec.putOptional(payload, &bytes)
        MessageCodec.put(UInt64(acceptedAtMilliseconds), &bytes)
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
        var at = 1
        func fail() -> RecordError { RecordError() }
        func integer() throws(RecordError) -> UInt64 {
            guard let v = unsafe Varint.read(bytes, &at, bytes.count) else { throw fail() }
            return v
        }
        func part(_ count: UInt64) throws(RecordError) -> [UInt8] {
            guard count <= UInt64(bytes.count - at) else { throw fail() }
            defer { at += Int(count) }
            return unsafe [UInt8](bytes[at..<at + Int(count)])
        }
        func optional() throws(RecordError) -> [UInt8]? {
            let count = try integer()
            if count == 0 { return nil }
            return try part(count - 1)
        }
        func text() throws(RecordError) -> String { String(decoding: try part(try integer()), as: UTF8.self) }
        guard unsafe bytes.first == 1, bytes.count > 25, let id = unsafe InvocationID(bytes: bytes[1..<25]) else {
            throw fail()
        }
        at = 25
        self.id = id
        service = try text()
        handler = try text()
        key = try optional() ?? []
        payload = try optional() ?? []
        acceptedAtMilliseconds = Int64(bitPattern: try integer())
        guard at < bytes.count else { throw fail() }
        let kind = unsafe bytes[at]
        at += 1
        if kind == 0 {
            source = nil
            return
        }
        let subscription = try text()
        let topic = try text()
        let partition = Int32(bitPattern: UInt32(truncatingIfNeeded: try integer()))
        let offset = Int64(bitPattern: try integer())
        let timestamp = Int64(bitPattern: try integer())
        let recordKey = try optional()
        var headers: [SourceRecord.Header] = []
        for _ in 0..<(try integer()) { headers.append(SourceRecord.Header(name: try text(), value: try optional())) }
        source = Source(
            subscription: subscription,
            record: SourceRecord(
                topic: topic, partition: partition, offset: offset,
                timestampMilliseconds: timestamp == .min ? nil : timestamp, key: recordKey, headers: headers,
                isTombstone: kind == 2))
    }
}

package struct RecordError: Error, CustomStringConvertible {
    package var description: String { "a stored invocation cannot be read" }
}
