/// A message that cannot be decoded. The message's bytes are at fault: reading them again helps nothing.
public struct MessageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong. Fields have the names of the protocol.
    public enum Problem: Error, Hashable, Sendable {
        /// The bytes are not Protobuf, or take unreasonable memory to read.
        case malformed
        /// A field that the protocol demands is not there.
        case missing(field: String)
        /// A field that is a text holds bytes that are not UTF-8.
        case notText(field: String)
        /// A field of a fixed length has another.
        case wrongLength(field: String, expected: Int, actual: Int)
        /// Futures are nested more than `limit` deep.
        case tooDeep(limit: Int)
        /// No message that can stand here has this type.
        case unexpectedType
    }

    /// The type that was said to be the message's.
    public let type: MessageType
    /// What is wrong.
    public let problem: Problem

    /// Makes one of its parts.
    public init(type: MessageType, problem: Problem) {
        self.type = type
        self.problem = problem
    }

    /// What is wrong, for people; holds no value of a user's.
    public var description: String {
        switch problem {
        case .malformed: "a \(type) message cannot be decoded: its bytes are not valid Protobuf"
        case .missing(let field): "a \(type) message has no field '\(field)', which the protocol demands"
        case .notText(let field): "the field '\(field)' of a \(type) message is not UTF-8 text"
        case .wrongLength(let field, let expected, let actual):
            "the field '\(field)' of a \(type) message has \(actual) bytes, not \(expected)"
        case .tooDeep(let limit): "the futures of a \(type) message are nested more than \(limit) deep"
        case .unexpectedType: "a \(type) message cannot stand here"
        }
    }
}
