internal import CRecords

/// Completes an awakeable, of this invocation or another.
public struct CompleteAwakeableCommand: CommandMessage {
    /// `0x0414`.
    public static let type = MessageType.completeAwakeable

    /// The id that the awakeable gave out (`sign_1…`).
    public var awakeableID: String
    /// What to complete it with.
    public var outcome: Outcome
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(awakeableID: String, outcome: Outcome, name: String = "") {
        self.awakeableID = awakeableID
        self.outcome = outcome
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "CompleteAwakeable" }

    /// All fields count; the bytes of a value only where they are asked for.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if awakeableID != recorded.awakeableID { return "awakeable_id" }
        if !outcome.matches(recorded.outcome, comparingValues: comparingValues) { return "result" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension CompleteAwakeableCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__CompleteAwakeableCommand>) {
        unsafe millrace__complete_awakeable_command__init(raw)
    }

    init(raw: Millrace__CompleteAwakeableCommand) throws(MessageError.Problem) {
        let outcome: Outcome
        switch unsafe raw.result_case {
        case MILLRACE__COMPLETE_AWAKEABLE_COMMAND__RESULT_VALUE:
            outcome = .value(try unsafe RawField.value(raw.value, "value"))
        case MILLRACE__COMPLETE_AWAKEABLE_COMMAND__RESULT_FAILURE:
            outcome = .failure(try unsafe RawField.failure(raw.failure))
        default: throw .missing(field: "result")
        }
        try unsafe self.init(
            awakeableID: RawField.text(raw.awakeable_id, "awakeable_id"), outcome: outcome,
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__CompleteAwakeableCommand, _ scratch: inout Scratch) {
        unsafe raw.awakeable_id = scratch.text(awakeableID)
        switch outcome {
        case .value(let value):
            unsafe raw.result_case = MILLRACE__COMPLETE_AWAKEABLE_COMMAND__RESULT_VALUE
            unsafe raw.value = scratch.value(value)
        case .failure(let failure):
            unsafe raw.result_case = MILLRACE__COMPLETE_AWAKEABLE_COMMAND__RESULT_FAILURE
            unsafe raw.failure = scratch.failure(failure)
        }
        unsafe raw.name = scratch.text(name)
    }
}
