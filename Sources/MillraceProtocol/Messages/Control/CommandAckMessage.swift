internal import CRecords

/// Says that a command is stored. No SDK asks for it, and the common ones fail when it comes: do not send it unasked.
public struct CommandAckMessage: Message {
    /// `0x0004`.
    public static let type = MessageType.commandAck

    /// The number of the command, counting commands only.
    public var commandIndex: UInt32

    /// Makes the message.
    public init(commandIndex: UInt32) { self.commandIndex = commandIndex }

    /// One line for people; holds no value of a user's.
    public var description: String { "CommandAck \(commandIndex)" }
}

extension CommandAckMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__CommandAckMessage>) {
        unsafe millrace__command_ack_message__init(raw)
    }

    init(raw: Millrace__CommandAckMessage) { unsafe self.init(commandIndex: raw.command_index) }

    func fill(_ raw: inout Millrace__CommandAckMessage, _ scratch: inout Scratch) {
        unsafe raw.command_index = commandIndex
    }
}
