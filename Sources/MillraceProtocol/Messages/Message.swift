/// One message of the service protocol: a value, and its Protobuf payload.
///
/// ``description`` is one short line for people, and holds names that stand in the code (of services, handlers, steps, state
/// keys), but no value of a user's.
public protocol Message: Hashable, Sendable, CustomStringConvertible {
    /// The type that stands in the message's frame, and beside it in the journal.
    static var type: MessageType { get }

    /// Decodes a payload. Fields that are not known are passed over.
    ///
    /// - Throws: ``MessageError`` when the bytes are not this message.
    init(decoding payload: RawSpan) throws(MessageError)

    /// Appends the payload. The same value always gives the same bytes: fields stand in the order of their numbers, and
    /// those that have their default are left out.
    func encode(into bytes: inout [UInt8])
}

extension Message {
    /// Decodes a payload.
    ///
    /// - Throws: ``MessageError`` when the bytes are not this message.
    public init(decoding payload: [UInt8]) throws(MessageError) {
        try unsafe self.init(decoding: payload.span.bytes)
    }

    /// The payload, as ``encode(into:)`` appends it.
    public var payload: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }
}
