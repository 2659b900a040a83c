internal import CRecords

/// Brings the result of a step, to be stored as its `RunCompletion`.
public struct ProposeRunCompletionMessage: Message {
    /// `0x0005`.
    public static let type = MessageType.proposeRunCompletion

    /// The completion id of the step's `Run`.
    public var resultCompletionID: UInt32
    /// The value or the failure.
    public var outcome: Outcome

    /// Makes the message.
    public init(resultCompletionID: UInt32, outcome: Outcome) {
        self.resultCompletionID = resultCompletionID
        self.outcome = outcome
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "ProposeRunCompletion \(resultCompletionID)" }
}

extension ProposeRunCompletionMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__ProposeRunCompletionMessage>) {
        unsafe millrace__propose_run_completion_message__init(raw)
    }

    init(raw: Millrace__ProposeRunCompletionMessage) throws(MessageError.Problem) {
        let outcome: Outcome
        switch unsafe raw.result_case {
        case MILLRACE__PROPOSE_RUN_COMPLETION_MESSAGE__RESULT_VALUE:
            outcome = unsafe .value(RawField.bytes(raw.value))
        case MILLRACE__PROPOSE_RUN_COMPLETION_MESSAGE__RESULT_FAILURE:
            outcome = .failure(try unsafe RawField.failure(raw.failure))
        default: throw .missing(field: "result")
        }
        unsafe self.init(resultCompletionID: raw.result_completion_id, outcome: outcome)
    }

    func fill(_ raw: inout Millrace__ProposeRunCompletionMessage, _ scratch: inout Scratch) {
        unsafe raw.result_completion_id = resultCompletionID
        switch outcome {
        case .value(let value):
            unsafe raw.result_case = MILLRACE__PROPOSE_RUN_COMPLETION_MESSAGE__RESULT_VALUE
            unsafe raw.value = scratch.bytes(value)
        case .failure(let failure):
            unsafe raw.result_case = MILLRACE__PROPOSE_RUN_COMPLETION_MESSAGE__RESULT_FAILURE
            unsafe raw.failure = scratch.failure(failure)
        }
    }
}
