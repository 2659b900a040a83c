internal import CRecords

/// Says that a proposed result is stored. Version 7, and only for a proposal of the same attempt that asked for it.
public struct ProposeRunCompletionAckMessage: Message {
    /// `0x0007`.
    public static let type = MessageType.proposeRunCompletionAck

    /// The completion id of the proposal.
    public var completionID: UInt32

    /// Makes the message.
    public init(completionID: UInt32) { self.completionID = completionID }

    /// One line for people; holds no value of a user's.
    public var description: String { "ProposeRunCompletionAck \(completionID)" }
}

extension ProposeRunCompletionAckMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__ProposeRunCompletionAckMessage>) {
        unsafe millrace__propose_run_completion_ack_message__init(raw)
    }

    init(raw: Millrace__ProposeRunCompletionAckMessage) { unsafe self.init(completionID: raw.completion_id) }

    func fill(_ raw: inout Millrace__ProposeRunCompletionAckMessage, _ scratch: inout Scratch) {
        unsafe raw.completion_id = completionID
    }
}
