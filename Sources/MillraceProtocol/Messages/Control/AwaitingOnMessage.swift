internal import CRecords

/// Says what a running attempt waits for. A hint, which may come again and late. Version 7.
public struct AwaitingOnMessage: Message {
    /// `0x0006`.
    public static let type = MessageType.awaitingOn

    /// What is waited for.
    public var tree: FutureTree
    /// Whether steps run meanwhile.
    public var isExecutingSideEffects: Bool

    /// Makes the message.
    public init(tree: FutureTree, isExecutingSideEffects: Bool = false) {
        self.tree = tree
        self.isExecutingSideEffects = isExecutingSideEffects
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "AwaitingOn" }
}

extension AwaitingOnMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static var futureField: Int? { 1 }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__AwaitingOnMessage>) {
        unsafe millrace__awaiting_on_message__init(raw)
    }

    init(raw: Millrace__AwaitingOnMessage) throws(MessageError.Problem) {
        self.init(
            tree: try unsafe RawField.future(raw.awaiting_on, "awaiting_on"),
            isExecutingSideEffects: unsafe raw.executing_side_effects != 0)
    }

    func fill(_ raw: inout Millrace__AwaitingOnMessage, _ scratch: inout Scratch) {
        unsafe raw.awaiting_on = scratch.future(tree)
        unsafe raw.executing_side_effects = isExecutingSideEffects ? 1 : 0
    }
}
