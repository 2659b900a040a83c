internal import CRecords

/// Sends a signal to an invocation. Signal 1 without a value asks it to cancel itself.
public struct SendSignalCommand: CommandMessage {
    /// `0x0410`.
    public static let type = MessageType.sendSignal

    /// The id of the invocation, in the form that people see (`inv_1…`).
    public var targetInvocationID: String
    /// Which signal.
    public var signal: SignalID
    /// What it brings.
    public var result: SignalResult
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(targetInvocationID: String, signal: SignalID, result: SignalResult, name: String = "") {
        self.targetInvocationID = targetInvocationID
        self.signal = signal
        self.result = result
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String {
        switch signal {
        case .index(1): "SendSignal cancel"
        case .index(let index): "SendSignal \(index)"
        case .name(let name): "SendSignal" + Label.suffix(name)
        }
    }

    /// All fields count.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if targetInvocationID != recorded.targetInvocationID { return "target_invocation_id" }
        if signal != recorded.signal { return "signal_id" }
        if result != recorded.result { return "result" }
        if name != recorded.name { return "entry_name" }
        return nil
    }
}

extension SendSignalCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__SendSignalCommand>) {
        unsafe millrace__send_signal_command__init(raw)
    }

    init(raw: Millrace__SendSignalCommand) throws(MessageError.Problem) {
        let signal: SignalID
        switch unsafe raw.signal_id_case {
        case MILLRACE__SEND_SIGNAL_COMMAND__SIGNAL_ID_IDX: signal = unsafe .index(raw.idx)
        case MILLRACE__SEND_SIGNAL_COMMAND__SIGNAL_ID_NAME: signal = .name(try unsafe RawField.text(raw.name, "name"))
        default: throw .missing(field: "signal_id")
        }
        let result: SignalResult
        switch unsafe raw.result_case {
        case MILLRACE__SEND_SIGNAL_COMMAND__RESULT_VOID: result = .void
        case MILLRACE__SEND_SIGNAL_COMMAND__RESULT_VALUE: result = .value(try unsafe RawField.value(raw.value, "value"))
        case MILLRACE__SEND_SIGNAL_COMMAND__RESULT_FAILURE: result = .failure(try unsafe RawField.failure(raw.failure))
        default: throw .missing(field: "result")
        }
        try unsafe self.init(
            targetInvocationID: RawField.text(raw.target_invocation_id, "target_invocation_id"), signal: signal,
            result: result, name: RawField.text(raw.entry_name, "entry_name"))
    }

    func fill(_ raw: inout Millrace__SendSignalCommand, _ scratch: inout Scratch) {
        unsafe raw.target_invocation_id = scratch.text(targetInvocationID)
        switch signal {
        case .index(let index):
            unsafe raw.signal_id_case = MILLRACE__SEND_SIGNAL_COMMAND__SIGNAL_ID_IDX
            unsafe raw.idx = index
        case .name(let name):
            unsafe raw.signal_id_case = MILLRACE__SEND_SIGNAL_COMMAND__SIGNAL_ID_NAME
            unsafe raw.name = scratch.text(name)
        }
        switch result {
        case .void:
            unsafe raw.result_case = MILLRACE__SEND_SIGNAL_COMMAND__RESULT_VOID
            unsafe raw.void_ = scratch.void()
        case .value(let value):
            unsafe raw.result_case = MILLRACE__SEND_SIGNAL_COMMAND__RESULT_VALUE
            unsafe raw.value = scratch.value(value)
        case .failure(let failure):
            unsafe raw.result_case = MILLRACE__SEND_SIGNAL_COMMAND__RESULT_FAILURE
            unsafe raw.failure = scratch.failure(failure)
        }
        unsafe raw.entry_name = scratch.text(name)
    }
}
