/// A stream of frames that is broken. Nothing after it can be read: fail the attempt.
public enum FramingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A message is longer than the limit.
    case tooLong(type: MessageType, length: Int, limit: Int)
    /// A control message or a command that is not known, or a code that is reserved.
    case unknownType(MessageType)
    /// The stream ended inside a frame, of which `missing` bytes more are known to be needed.
    case truncated(missing: Int)

    /// What is wrong, for people; holds no value of a user's.
    public var description: String {
        switch self {
        case .tooLong(let type, let length, let limit):
            "a \(type) message of \(length) bytes is longer than the limit of \(limit) bytes; make its value smaller, or "
                + "raise the message limit"
        case .unknownType(let type):
            "there is no message of type \(type); the peer speaks another version of the protocol, or not this protocol"
        case .truncated(let missing):
            "the stream ended inside a message: at least \(missing) more bytes should have come"
        }
    }
}
