internal import CRecords

/// Removes a state key.
public struct ClearStateCommand: CommandMessage {
    /// `0x0404`.
    public static let type = MessageType.clearState

    /// The state key: UTF-8, but any bytes are kept.
    public var key: [UInt8]
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(key: [UInt8], name: String = "") {
        self.key = key
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "ClearState" + Label.suffix(key) }

    /// All fields count.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if key != recorded.key { return "key" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension ClearStateCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__ClearStateCommand>) {
        unsafe millrace__clear_state_command__init(raw)
    }

    init(raw: Millrace__ClearStateCommand) throws(MessageError.Problem) {
        try unsafe self.init(key: RawField.bytes(raw.key), name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__ClearStateCommand, _ scratch: inout Scratch) {
        unsafe raw.key = scratch.bytes(key)
        unsafe raw.name = scratch.text(name)
    }
}
