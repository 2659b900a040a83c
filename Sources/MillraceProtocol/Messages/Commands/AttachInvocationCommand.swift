internal import CRecords

/// Waits for the result of another invocation.
public struct AttachInvocationCommand: CommandMessage {
    /// `0x0412`.
    public static let type = MessageType.attachInvocation

    /// Which invocation.
    public var target: InvocationTarget
    /// The completion id under which the result arrives.
    public var resultCompletionID: UInt32
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(target: InvocationTarget, resultCompletionID: UInt32, name: String = "") {
        self.target = target
        self.resultCompletionID = resultCompletionID
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "AttachInvocation" }

    /// All fields count.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if target != recorded.target { return "target" }
        if resultCompletionID != recorded.resultCompletionID { return "result_completion_id" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension AttachInvocationCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__AttachInvocationCommand>) {
        unsafe millrace__attach_invocation_command__init(raw)
    }

    init(raw: Millrace__AttachInvocationCommand) throws(MessageError.Problem) {
        let target: InvocationTarget
        switch unsafe raw.target_case {
        case MILLRACE__ATTACH_INVOCATION_COMMAND__TARGET_INVOCATION_ID:
            target = .invocation(try unsafe RawField.text(raw.invocation_id, "invocation_id"))
        case MILLRACE__ATTACH_INVOCATION_COMMAND__TARGET_IDEMPOTENT_REQUEST_TARGET:
            target = .idempotentRequest(try unsafe RawField.idempotentRequest(raw.idempotent_request_target))
        case MILLRACE__ATTACH_INVOCATION_COMMAND__TARGET_WORKFLOW_TARGET:
            target = .workflow(try unsafe RawField.workflow(raw.workflow_target))
        default: throw .missing(field: "target")
        }
        try unsafe self.init(
            target: target, resultCompletionID: raw.result_completion_id, name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__AttachInvocationCommand, _ scratch: inout Scratch) {
        switch target {
        case .invocation(let id):
            unsafe raw.target_case = MILLRACE__ATTACH_INVOCATION_COMMAND__TARGET_INVOCATION_ID
            unsafe raw.invocation_id = scratch.text(id)
        case .idempotentRequest(let target):
            unsafe raw.target_case = MILLRACE__ATTACH_INVOCATION_COMMAND__TARGET_IDEMPOTENT_REQUEST_TARGET
            unsafe raw.idempotent_request_target = scratch.idempotentRequest(target)
        case .workflow(let target):
            unsafe raw.target_case = MILLRACE__ATTACH_INVOCATION_COMMAND__TARGET_WORKFLOW_TARGET
            unsafe raw.workflow_target = scratch.workflow(target)
        }
        unsafe raw.result_completion_id = resultCompletionID
        unsafe raw.name = scratch.text(name)
    }
}
