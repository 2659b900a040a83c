internal import CRecords

/// Lists the state keys, where the attempt did not get all state at its start.
public struct GetLazyStateKeysCommand: CommandMessage {
    /// `0x0406`.
    public static let type = MessageType.getLazyStateKeys

    /// The completion id under which the result arrives.
    public var resultCompletionID: UInt32
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(resultCompletionID: UInt32, name: String = "") {
        self.resultCompletionID = resultCompletionID
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "GetLazyStateKeys" }

    /// All fields count.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if resultCompletionID != recorded.resultCompletionID { return "result_completion_id" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension GetLazyStateKeysCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__GetLazyStateKeysCommand>) {
        unsafe millrace__get_lazy_state_keys_command__init(raw)
    }

    init(raw: Millrace__GetLazyStateKeysCommand) throws(MessageError.Problem) {
        try unsafe self.init(resultCompletionID: raw.result_completion_id, name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__GetLazyStateKeysCommand, _ scratch: inout Scratch) {
        unsafe raw.result_completion_id = resultCompletionID
        unsafe raw.name = scratch.text(name)
    }
}
