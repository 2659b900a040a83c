/// One message as it stands on a stream: its header, and its payload not yet decoded.
public struct Frame: Hashable, Sendable {
    /// What the message is.
    public var type: MessageType
    /// See ``FrameHeader/requestsAck``.
    public var requestsAck: Bool
    /// The Protobuf bytes.
    public var payload: [UInt8]

    /// Makes one of its parts.
    public init(type: MessageType, requestsAck: Bool = false, payload: [UInt8]) {
        self.type = type
        self.requestsAck = requestsAck
        self.payload = payload
    }

    /// Appends header and payload.
    ///
    /// - Throws: ``FramingError`` when the payload is longer than a frame can say (4 GiB); `bytes` is unchanged then.
    public func encode(into bytes: inout [UInt8]) throws(FramingError) {
        try Self.append(type: type, requestsAck: requestsAck, to: &bytes) { $0 += payload }
    }

    /// Appends the frame of a message, without an array of its own for the payload.
    ///
    /// - Throws: ``FramingError`` when the payload is longer than a frame can say (4 GiB); `bytes` is unchanged then.
    public static func append(
        _ message: some Message, requestsAck: Bool = false, to bytes: inout [UInt8]
    ) throws(FramingError) {
        try append(type: Swift.type(of: message).type, requestsAck: requestsAck, to: &bytes) {
            message.encode(into: &$0)
        }
    }

    static func append(
        type: MessageType, requestsAck: Bool, to bytes: inout [UInt8], payload: (inout [UInt8]) -> Void
    ) throws(FramingError) {
        let start = bytes.count
        FrameHeader(type: type, requestsAck: requestsAck, length: 0).encode(into: &bytes)
        payload(&bytes)
        let count = bytes.count - start - FrameHeader.byteCount
        guard let length = UInt32(exactly: count) else {
            bytes.removeSubrange(start...)
            throw .tooLong(type: type, length: count, limit: Int(UInt32.max))
        }
        for index in 0..<4 { bytes[start + 4 + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
    }
}
