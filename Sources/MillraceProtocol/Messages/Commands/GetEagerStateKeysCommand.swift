internal import CRecords

/// The state keys, listed from what the attempt got at its start.
public struct GetEagerStateKeysCommand: CommandMessage {
    /// `0x0408`.
    public static let type = MessageType.getEagerStateKeys

    /// What was listed.
    public var keys: [[UInt8]]
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(keys: [[UInt8]], name: String = "") {
        self.keys = keys
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "GetEagerStateKeys" }

    /// What was read does not count: state has gone on since, and the journal's reading is the one that holds.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if name != recorded.name { return "name" }
        return nil
    }
}

extension GetEagerStateKeysCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__GetEagerStateKeysCommand>) {
        unsafe millrace__get_eager_state_keys_command__init(raw)
    }

    init(raw: Millrace__GetEagerStateKeysCommand) throws(MessageError.Problem) {
        try unsafe self.init(keys: RawField.stateKeys(raw.value, "value"), name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__GetEagerStateKeysCommand, _ scratch: inout Scratch) {
        unsafe raw.value = scratch.stateKeys(keys)
        unsafe raw.name = scratch.text(name)
    }
}
