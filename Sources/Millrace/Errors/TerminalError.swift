/// Thrown by a handler to say that trying again is of no use. Any other error is retried.
///
/// For an invocation that came from a subscription the retries are left out and the policy's `then` applies at once
/// (park, skip or stop).
public struct TerminalError: Error, CustomStringConvertible, Sendable {
    /// What went wrong, for a person.
    public let message: String
    /// A code with the meaning of an HTTP status; 500 where nothing fits better.
    public let code: UInt16

    /// An error that is not retried.
    public init(_ message: String, code: UInt16 = 500) {
        self.message = message
        self.code = code
    }

    /// The code and the message.
    public var description: String { "[\(code)] \(message)" }
}
