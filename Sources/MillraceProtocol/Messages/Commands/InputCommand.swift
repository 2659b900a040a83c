internal import CRecords

/// What the invocation was called with: always the first entry of a journal, written by the runtime.
public struct InputCommand: CommandMessage {
    /// `0x0400`.
    public static let type = MessageType.input

    /// The headers of the request, in order.
    public var headers: [Header]
    /// The request's body.
    public var value: [UInt8]
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(headers: [Header] = [], value: [UInt8], name: String = "") {
        self.headers = headers
        self.value = value
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "Input" }

    /// The runtime writes the input, so that nothing of it can differ.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? { nil }
}

extension InputCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__InputCommand>) {
        unsafe millrace__input_command__init(raw)
    }

    init(raw: Millrace__InputCommand) throws(MessageError.Problem) {
        try unsafe self.init(
            headers: RawField.headers(raw.headers, count: raw.n_headers), value: RawField.value(raw.value, "value"),
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__InputCommand, _ scratch: inout Scratch) {
        unsafe raw.n_headers = headers.count
        unsafe raw.headers = scratch.headers(headers)
        unsafe raw.value = scratch.value(value)
        unsafe raw.name = scratch.text(name)
    }
}
