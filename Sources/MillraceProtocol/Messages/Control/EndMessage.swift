internal import CRecords

/// Ends an attempt whose handler is done. The last Output of the journal is the invocation's result.
public struct EndMessage: Message {
    /// `0x0003`.
    public static let type = MessageType.end

    /// Makes the message.
    public init() {}

    /// One line for people; holds no value of a user's.
    public var description: String { "End" }
}

extension EndMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__EndMessage>) {
        unsafe millrace__end_message__init(raw)
    }

    init(raw: Millrace__EndMessage) { self.init() }

    func fill(_ raw: inout Millrace__EndMessage, _ scratch: inout Scratch) {}
}
