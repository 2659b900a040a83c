internal import CRecords

/// Reads a state key whose value the attempt did not get at its start.
public struct GetLazyStateCommand: CommandMessage {
    /// `0x0402`.
    public static let type = MessageType.getLazyState

    /// The state key: UTF-8, but any bytes are kept.
    public var key: [UInt8]
    /// The completion id under which the result arrives.
    public var resultCompletionID: UInt32
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(key: [UInt8], resultCompletionID: UInt32, name: String = "") {
        self.key = key
        self.resultCompletionID = resultCompletionID
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "GetLazyState" + Label.suffix(key) }

    /// All fields count.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if key != recorded.key { return "key" }
        if resultCompletionID != recorded.resultCompletionID { return "result_completion_id" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension GetLazyStateCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__GetLazyStateCommand>) {
        unsafe millrace__get_lazy_state_command__init(raw)
    }

    init(raw: Millrace__GetLazyStateCommand) throws(MessageError.Problem) {
        try unsafe self.init(
            key: RawField.bytes(raw.key), resultCompletionID: raw.result_completion_id,
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__GetLazyStateCommand, _ scratch: inout Scratch) {
        unsafe raw.key = scratch.bytes(key)
        unsafe raw.result_completion_id = resultCompletionID
        unsafe raw.name = scratch.text(name)
    }
}
