/// One entry of an invocation's journal: a command or a notification, as its type and its bytes.
///
/// The bytes are kept as they came. A replay sends them again, and what a newer peer put there stays there. They are decoded
/// only where someone asks.
public struct JournalEntry: Hashable, Sendable, CustomStringConvertible {
    /// What stands in an entry, decoded.
    public enum Content: Hashable, Sendable {
        case command(Command)
        case notification(Notification)
    }

    /// What the message is.
    public let type: MessageType
    /// The Protobuf bytes, as they came.
    public let payload: [UInt8]

    /// An entry of bytes that came from a peer or from the store.
    ///
    /// - Throws: ``MessageError`` when the type is neither a command's nor a notification's. The bytes are not looked at.
    public init(type: MessageType, payload: [UInt8]) throws(MessageError) {
        guard type.category == .command || type.category == .notification else {
            throw MessageError(type: type, problem: .unexpectedType)
        }
        self.type = type
        self.payload = payload
    }

    /// An entry of a command.
    public init(_ command: some CommandMessage) {
        type = Swift.type(of: command).type
        payload = command.payload
    }

    /// An entry of a notification.
    public init(_ notification: Notification) {
        type = notification.type
        payload = notification.payload
    }

    /// Whether it is a command; else it is a notification.
    public var isCommand: Bool { type.category == .command }

    /// Decodes the entry.
    ///
    /// - Throws: ``MessageError`` when the bytes are not what the type says.
    public func decode() throws(MessageError) -> Content {
        try unsafe Content(type: type, decoding: payload.span.bytes)
    }

    /// Decodes the entry as a command.
    ///
    /// - Throws: ``MessageError`` when it is none, or its bytes are not what the type says.
    public func command() throws(MessageError) -> Command {
        try unsafe Command(type: type, decoding: payload.span.bytes)
    }

    /// Decodes the entry as a command of one type.
    ///
    /// - Throws: ``MessageError`` when it is another, or its bytes are not what the type says.
    public func command<C: CommandMessage>(as _: C.Type) throws(MessageError) -> C {
        guard type == C.type else { throw MessageError(type: type, problem: .unexpectedType) }
        return try unsafe C(decoding: payload.span.bytes)
    }

    /// Decodes the entry as a notification.
    ///
    /// - Throws: ``MessageError`` when it is none, or its bytes are not what the type says.
    public func notification() throws(MessageError) -> Notification {
        try unsafe Notification(type: type, decoding: payload.span.bytes)
    }

    /// Appends the entry's frame, as a replay sends it.
    ///
    /// - Throws: ``FramingError`` when the payload is longer than a frame can say (4 GiB).
    public func encodeFrame(into bytes: inout [UInt8]) throws(FramingError) {
        try Frame.append(type: type, requestsAck: false, to: &bytes) { $0 += payload }
    }

    /// One line for people, without values of users: `Call to Greeter/greet`.
    public var description: String { unsafe Self.describe(type, payload.span.bytes) }

    /// One line for people about an entry that is still only bytes, without values of users.
    public static func describe(_ type: MessageType, _ payload: RawSpan) -> String {
        do throws(MessageError) {
            switch try Content(type: type, decoding: payload) {
            case .command(let command): return command.description
            case .notification(let notification): return notification.description
            }
        } catch {
            return "\(type) that cannot be decoded"
        }
    }
}

extension JournalEntry.Content {
    /// Decodes what the type says, a command or a notification.
    ///
    /// - Throws: ``MessageError`` when the bytes are not what the type says.
    public init(type: MessageType, decoding payload: RawSpan) throws(MessageError) {
        self =
            type.category == .notification
            ? .notification(try Notification(type: type, decoding: payload))
            : .command(try Command(type: type, decoding: payload))
    }
}
