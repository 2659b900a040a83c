public import Millrace
import MillraceEngine

/// Records in and out.
extension TestApplication {
    /// Delivers a record, as a subscription of that handler would.
    ///
    /// - Parameter key: the record's own key, or `nil` where it has none.
    public func send(
        record value: [UInt8]?, key: ObjectKey? = nil, headers: [SourceRecord.Header] = [], to service: String,
        _ handler: String, topic: String = "test"
    ) throws {
        guard let engine,
            let intake = engine.intakes.first(where: {
                $0.subscription.service == service && $0.subscription.handler == handler
            })
        else {
            throw TestError.unknownHandler("\(service)/\(handler)")
        }
        let place = "\(intake.subscription.name) \(topic)"
        let (slot, position) = intake.open(topic: topic, partition: 0)
        if case .start = position { intake.begin(slot: slot, at: 0) }
        let offset = offsets[place, default: 0]
        offsets[place] = offset + 1
        let batch = intake.makeBatch()
        unsafe Self.withBytes(key?.bytes) { key in
            unsafe Self.withBytes(value) { value in
                unsafe batch.append(slot: slot, offset: offset, timestamp: nowMilliseconds, key: key, value: value)
            }
        }
        for header in headers {
            unsafe Array(header.name.utf8).withUnsafeBytes { name in
                unsafe Self.withBytes(header.value) { unsafe batch.appendHeader(name: name, value: $0) }
            }
        }
        batch.finishRecord()
        batch.advance(slot: slot, next: offset + 1)
        intake.deliver(batch)
        try settle()
    }

    /// Delivers a record with a value in JSON.
    public func send<Target: DurableService, Value: Codable & SendableMetatype>(
        record value: Value, key: ObjectKey? = nil, headers: [SourceRecord.Header] = [], to target: Target.Type,
        _ handler: String, topic: String = "test"
    ) throws {
        try send(
            record: try Serde<Value>.json.bytes(of: value), key: key, headers: headers, to: Target.serviceName, handler,
            topic: topic)
    }

    private static func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let bytes else { return body(nil) }
        unsafe bytes.withUnsafeBytes { unsafe body($0) }
    }

    /// A record that a handler emitted.
    public struct EmittedRecord: Sendable, Equatable {
        /// The topic.
        public let topic: String
        /// The key, or `nil`.
        public let key: [UInt8]?
        /// The value, or `nil`.
        public let value: [UInt8]?
        /// The headers that the handler gave it.
        public let headers: [SourceRecord.Header]

        /// The value as text.
        public var text: String { String(decoding: value ?? [], as: UTF8.self) }

        /// The value, read as JSON.
        public func json<Value: Codable & SendableMetatype>(as type: Value.Type = Value.self) throws -> Value {
            try Serde<Value>.json.value(of: value ?? [])
        }
    }

    /// The records that were emitted, in order, each once.
    public var emitted: [EmittedRecord] { sink.records }
}
