internal import CRecords

/// Writes a state key.
public struct SetStateCommand: CommandMessage {
    /// `0x0403`.
    public static let type = MessageType.setState

    /// The state key: UTF-8, but any bytes are kept.
    public var key: [UInt8]
    /// The new value; an empty one is a value too.
    public var value: [UInt8]
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(key: [UInt8], value: [UInt8], name: String = "") {
        self.key = key
        self.value = value
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "SetState" + Label.suffix(key) }

    /// All fields count; the bytes of a value only where they are asked for.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if key != recorded.key { return "key" }
        if comparingValues, value != recorded.value { return "value" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension SetStateCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__SetStateCommand>) {
        unsafe millrace__set_state_command__init(raw)
    }

    init(raw: Millrace__SetStateCommand) throws(MessageError.Problem) {
        try unsafe self.init(
            key: RawField.bytes(raw.key), value: RawField.value(raw.value, "value"),
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__SetStateCommand, _ scratch: inout Scratch) {
        unsafe raw.key = scratch.bytes(key)
        unsafe raw.value = scratch.value(value)
        unsafe raw.name = scratch.text(name)
    }
}
