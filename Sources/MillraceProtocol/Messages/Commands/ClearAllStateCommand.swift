internal import CRecords

/// Removes all state keys.
public struct ClearAllStateCommand: CommandMessage {
    /// `0x0405`.
    public static let type = MessageType.clearAllState

    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(name: String = "") {
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "ClearAllState" }

    /// All fields count.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if name != recorded.name { return "name" }
        return nil
    }
}

extension ClearAllStateCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__ClearAllStateCommand>) {
        unsafe millrace__clear_all_state_command__init(raw)
    }

    init(raw: Millrace__ClearAllStateCommand) throws(MessageError.Problem) {
        try unsafe self.init(name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__ClearAllStateCommand, _ scratch: inout Scratch) {
        unsafe raw.name = scratch.text(name)
    }
}
