internal import CRecords

/// A state key that was read from what the attempt got at its start, with what was read.
public struct GetEagerStateCommand: CommandMessage {
    /// `0x0407`.
    public static let type = MessageType.getEagerState

    /// The state key: UTF-8, but any bytes are kept.
    public var key: [UInt8]
    /// What was read; `nil` where the key had no value.
    public var value: [UInt8]?
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(key: [UInt8], value: [UInt8]?, name: String = "") {
        self.key = key
        self.value = value
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "GetEagerState" + Label.suffix(key) }

    /// What was read does not count: state has gone on since, and the journal's reading is the one that holds.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if key != recorded.key { return "key" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension GetEagerStateCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__GetEagerStateCommand>) {
        unsafe millrace__get_eager_state_command__init(raw)
    }

    init(raw: Millrace__GetEagerStateCommand) throws(MessageError.Problem) {
        let value: [UInt8]?
        switch unsafe raw.result_case {
        case MILLRACE__GET_EAGER_STATE_COMMAND__RESULT_VOID: value = nil
        case MILLRACE__GET_EAGER_STATE_COMMAND__RESULT_VALUE: value = try unsafe RawField.value(raw.value, "value")
        default: throw .missing(field: "result")
        }
        try unsafe self.init(key: RawField.bytes(raw.key), value: value, name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__GetEagerStateCommand, _ scratch: inout Scratch) {
        unsafe raw.key = scratch.bytes(key)
        if let value {
            unsafe raw.result_case = MILLRACE__GET_EAGER_STATE_COMMAND__RESULT_VALUE
            unsafe raw.value = scratch.value(value)
        } else {
            unsafe raw.result_case = MILLRACE__GET_EAGER_STATE_COMMAND__RESULT_VOID
            unsafe raw.void_ = scratch.void()
        }
        unsafe raw.name = scratch.text(name)
    }
}
