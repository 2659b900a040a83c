/// A control message of any type: one that steers an attempt, and is never in the journal.
public enum ControlMessage: Hashable, Sendable, CustomStringConvertible {
    case start(StartMessage)
    case suspension(SuspensionMessage)
    case error(ErrorMessage)
    case end(EndMessage)
    case commandAck(CommandAckMessage)
    case proposeRunCompletion(ProposeRunCompletionMessage)
    case awaitingOn(AwaitingOnMessage)
    case proposeRunCompletionAck(ProposeRunCompletionAckMessage)

    /// Decodes the control message of a type.
    ///
    /// - Throws: ``MessageError`` when the type is no control message that is known, or the bytes are not this message.
    public init(type: MessageType, decoding payload: RawSpan) throws(MessageError) {
        switch type {
        case .start: self = .start(try StartMessage(decoding: payload))
        case .suspension: self = .suspension(try SuspensionMessage(decoding: payload))
        case .error: self = .error(try ErrorMessage(decoding: payload))
        case .end: self = .end(try EndMessage(decoding: payload))
        case .commandAck: self = .commandAck(try CommandAckMessage(decoding: payload))
        case .proposeRunCompletion: self = .proposeRunCompletion(try ProposeRunCompletionMessage(decoding: payload))
        case .awaitingOn: self = .awaitingOn(try AwaitingOnMessage(decoding: payload))
        case .proposeRunCompletionAck:
            self = .proposeRunCompletionAck(try ProposeRunCompletionAckMessage(decoding: payload))
        default: throw MessageError(type: type, problem: .unexpectedType)
        }
    }

    /// The message as what all messages are.
    public var message: any Message {
        switch self {
        case .start(let message): message
        case .suspension(let message): message
        case .error(let message): message
        case .end(let message): message
        case .commandAck(let message): message
        case .proposeRunCompletion(let message): message
        case .awaitingOn(let message): message
        case .proposeRunCompletionAck(let message): message
        }
    }

    /// Whether this is the last message of an attempt: `End`, `Suspension` or `Error`.
    public var endsAttempt: Bool {
        switch self {
        case .end, .suspension, .error: true
        default: false
        }
    }

    /// One line for people, without values of users.
    public var description: String { message.description }
}
