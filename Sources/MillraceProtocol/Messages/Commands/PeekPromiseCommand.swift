internal import CRecords

/// Looks whether a promise of the workflow is completed, without waiting.
public struct PeekPromiseCommand: CommandMessage {
    /// `0x040A`.
    public static let type = MessageType.peekPromise

    /// The promise's name.
    public var key: String
    /// The completion id under which the result arrives.
    public var resultCompletionID: UInt32
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(key: String, resultCompletionID: UInt32, name: String = "") {
        self.key = key
        self.resultCompletionID = resultCompletionID
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "PeekPromise" + Label.suffix(key) }

    /// All fields count.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if key != recorded.key { return "key" }
        if resultCompletionID != recorded.resultCompletionID { return "result_completion_id" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension PeekPromiseCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__PeekPromiseCommand>) {
        unsafe millrace__peek_promise_command__init(raw)
    }

    init(raw: Millrace__PeekPromiseCommand) throws(MessageError.Problem) {
        try unsafe self.init(
            key: RawField.text(raw.key, "key"), resultCompletionID: raw.result_completion_id,
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__PeekPromiseCommand, _ scratch: inout Scratch) {
        unsafe raw.key = scratch.text(key)
        unsafe raw.result_completion_id = resultCompletionID
        unsafe raw.name = scratch.text(name)
    }
}
