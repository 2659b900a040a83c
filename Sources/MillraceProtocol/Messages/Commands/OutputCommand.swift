internal import CRecords

/// What the invocation ends with. Of several, the last counts.
public struct OutputCommand: CommandMessage {
    /// `0x0401`.
    public static let type = MessageType.output

    /// The value or the terminal error that callers get.
    public var outcome: Outcome
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(outcome: Outcome, name: String = "") {
        self.outcome = outcome
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "Output" }

    /// All fields count; the bytes of a value only where they are asked for.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if !outcome.matches(recorded.outcome, comparingValues: comparingValues) { return "result" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension OutputCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__OutputCommand>) {
        unsafe millrace__output_command__init(raw)
    }

    init(raw: Millrace__OutputCommand) throws(MessageError.Problem) {
        let outcome: Outcome
        switch unsafe raw.result_case {
        case MILLRACE__OUTPUT_COMMAND__RESULT_VALUE: outcome = .value(try unsafe RawField.value(raw.value, "value"))
        case MILLRACE__OUTPUT_COMMAND__RESULT_FAILURE: outcome = .failure(try unsafe RawField.failure(raw.failure))
        default: throw .missing(field: "result")
        }
        try unsafe self.init(outcome: outcome, name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__OutputCommand, _ scratch: inout Scratch) {
        switch outcome {
        case .value(let value):
            unsafe raw.result_case = MILLRACE__OUTPUT_COMMAND__RESULT_VALUE
            unsafe raw.value = scratch.value(value)
        case .failure(let failure):
            unsafe raw.result_case = MILLRACE__OUTPUT_COMMAND__RESULT_FAILURE
            unsafe raw.failure = scratch.failure(failure)
        }
        unsafe raw.name = scratch.text(name)
    }
}
