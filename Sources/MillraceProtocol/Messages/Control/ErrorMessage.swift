internal import CRecords

/// Ends an attempt that failed. The invocation is tried again, unless its policy or ``behavior`` says otherwise.
public struct ErrorMessage: Message {
    /// `0x0002`.
    public static let type = MessageType.error

    /// What is to become of the invocation. Values that a newer peer may have are kept.
    public struct Behavior: RawRepresentable, Hashable, Sendable {
        /// The number that stands in the message.
        public let rawValue: UInt32
        /// The one with a number, known or not.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Try again, as the retry policy says.
        public static let retry = Behavior(rawValue: 0)
        /// Wait for a person.
        public static let pause = Behavior(rawValue: 1)
        /// End with this error as the result.
        public static let fail = Behavior(rawValue: 2)
    }

    /// A number with the meaning of an HTTP status, or one of ``Code``.
    public var code: UInt32
    /// Text for people.
    public var message: String
    /// More text for people; empty where there is none.
    public var stacktrace: String
    /// Where the error belongs to: the number of a command, counting commands only. It may be one past the last that is
    /// stored, for a command that was never sent.
    public var relatedCommandIndex: UInt32?
    /// The name of that command.
    public var relatedCommandName: String?
    /// The type of that command.
    public var relatedCommandType: MessageType?
    /// Milliseconds to wait before the next attempt, in place of what the retry policy says.
    public var nextRetryDelay: UInt64?
    /// Version 7.
    public var behavior: Behavior

    /// Makes the message.
    public init(
        code: UInt32, message: String, stacktrace: String = "", relatedCommandIndex: UInt32? = nil,
        relatedCommandName: String? = nil, relatedCommandType: MessageType? = nil, nextRetryDelay: UInt64? = nil,
        behavior: Behavior = .retry
    ) {
        self.code = code
        self.message = message
        self.stacktrace = stacktrace
        self.relatedCommandIndex = relatedCommandIndex
        self.relatedCommandName = relatedCommandName
        self.relatedCommandType = relatedCommandType
        self.nextRetryDelay = nextRetryDelay
        self.behavior = behavior
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "Error \(code)" }

    /// Codes that have a meaning of their own in the protocol.
    public enum Code {
        /// An error of which nothing more is known.
        public static let unknown: UInt32 = 500
        /// The handler's code did something else than the journal has.
        public static let journalMismatch: UInt32 = 570
        /// A message came that may not come there.
        public static let protocolViolation: UInt32 = 571
        /// The protocol's version in use does not have what was asked for.
        public static let unsupportedFeature: UInt32 = 573
    }
}

extension ErrorMessage: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__ErrorMessage>) {
        unsafe millrace__error_message__init(raw)
    }

    init(raw: Millrace__ErrorMessage) throws(MessageError.Problem) {
        var relatedType: MessageType?
        if unsafe raw.has_related_command_type_case.rawValue != 0 {
            // A number that is no type's code names no type; the rest of the message is still worth having.
            relatedType = unsafe UInt16(exactly: raw.related_command_type).map { MessageType(rawValue: $0) }
        }
        try unsafe self.init(
            code: raw.code, message: RawField.text(raw.message, "message"),
            stacktrace: RawField.text(raw.stacktrace, "stacktrace"),
            relatedCommandIndex: raw.has_related_command_index_case.rawValue != 0 ? raw.related_command_index : nil,
            relatedCommandName: RawField.optionalText(
                raw.related_command_name, isThere: raw.has_related_command_name_case.rawValue != 0,
                "related_command_name"),
            relatedCommandType: relatedType,
            nextRetryDelay: raw.has_next_retry_delay_case.rawValue != 0 ? raw.next_retry_delay : nil,
            behavior: Behavior(rawValue: raw.behavior))
    }

    func fill(_ raw: inout Millrace__ErrorMessage, _ scratch: inout Scratch) {
        unsafe raw.code = code
        unsafe raw.message = scratch.text(message)
        unsafe raw.stacktrace = scratch.text(stacktrace)
        if let relatedCommandIndex {
            unsafe raw.has_related_command_index_case =
                MILLRACE__ERROR_MESSAGE__HAS_RELATED_COMMAND_INDEX_RELATED_COMMAND_INDEX
            unsafe raw.related_command_index = relatedCommandIndex
        }
        if let relatedCommandName {
            unsafe raw.has_related_command_name_case =
                MILLRACE__ERROR_MESSAGE__HAS_RELATED_COMMAND_NAME_RELATED_COMMAND_NAME
            unsafe raw.related_command_name = scratch.text(relatedCommandName)
        }
        if let relatedCommandType {
            unsafe raw.has_related_command_type_case =
                MILLRACE__ERROR_MESSAGE__HAS_RELATED_COMMAND_TYPE_RELATED_COMMAND_TYPE
            unsafe raw.related_command_type = UInt32(relatedCommandType.rawValue)
        }
        if let nextRetryDelay {
            unsafe raw.has_next_retry_delay_case = MILLRACE__ERROR_MESSAGE__HAS_NEXT_RETRY_DELAY_NEXT_RETRY_DELAY
            unsafe raw.next_retry_delay = nextRetryDelay
        }
        unsafe raw.behavior = behavior.rawValue
    }
}
