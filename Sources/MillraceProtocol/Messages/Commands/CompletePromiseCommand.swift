internal import CRecords

/// Completes a promise of the workflow.
public struct CompletePromiseCommand: CommandMessage {
    /// `0x040B`.
    public static let type = MessageType.completePromise

    /// The promise's name.
    public var key: String
    /// What to complete it with.
    public var completion: Outcome
    /// The completion id under which the result arrives.
    public var resultCompletionID: UInt32
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(key: String, completion: Outcome, resultCompletionID: UInt32, name: String = "") {
        self.key = key
        self.completion = completion
        self.resultCompletionID = resultCompletionID
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "CompletePromise" + Label.suffix(key) }

    /// All fields count; the bytes of a value only where they are asked for.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if key != recorded.key { return "key" }
        if !completion.matches(recorded.completion, comparingValues: comparingValues) { return "completion" }
        if resultCompletionID != recorded.resultCompletionID { return "result_completion_id" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension CompletePromiseCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__CompletePromiseCommand>) {
        unsafe millrace__complete_promise_command__init(raw)
    }

    init(raw: Millrace__CompletePromiseCommand) throws(MessageError.Problem) {
        let completion: Outcome
        switch unsafe raw.completion_case {
        case MILLRACE__COMPLETE_PROMISE_COMMAND__COMPLETION_COMPLETION_VALUE:
            completion = .value(try unsafe RawField.value(raw.completion_value, "completion_value"))
        case MILLRACE__COMPLETE_PROMISE_COMMAND__COMPLETION_COMPLETION_FAILURE:
            completion = .failure(try unsafe RawField.failure(raw.completion_failure))
        default: throw .missing(field: "completion")
        }
        try unsafe self.init(
            key: RawField.text(raw.key, "key"), completion: completion, resultCompletionID: raw.result_completion_id,
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__CompletePromiseCommand, _ scratch: inout Scratch) {
        unsafe raw.key = scratch.text(key)
        switch completion {
        case .value(let value):
            unsafe raw.completion_case = MILLRACE__COMPLETE_PROMISE_COMMAND__COMPLETION_COMPLETION_VALUE
            unsafe raw.completion_value = scratch.value(value)
        case .failure(let failure):
            unsafe raw.completion_case = MILLRACE__COMPLETE_PROMISE_COMMAND__COMPLETION_COMPLETION_FAILURE
            unsafe raw.completion_failure = scratch.failure(failure)
        }
        unsafe raw.result_completion_id = resultCompletionID
        unsafe raw.name = scratch.text(name)
    }
}
