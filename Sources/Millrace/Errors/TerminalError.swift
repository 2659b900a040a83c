/// Thrown by a handler to say that trying again is of no use. Any other error is retried.
///
/// It is the invocation's result: callers receive it, and nothing of the invocation is tried again. For an invocation that
/// came from a subscription the policy's `then` applies at once (park, skip or stop).
public struct TerminalError: Error, CustomStringConvertible, Sendable, Equatable {
    /// What went wrong, for a person.
    public let message: String
    /// A code with the meaning of an HTTP status; 500 where nothing fits better.
    public let code: UInt16
    /// Further facts for the caller, by name.
    public let metadata: [String: String]

    /// An error that is not retried.
    public init(_ message: String, code: UInt16 = 500, metadata: [String: String] = [:]) {
        self.message = message
        self.code = code
        self.metadata = metadata
    }

    /// The code and the message.
    public var description: String { "[\(code)] \(message)" }

    /// The code of what a caller got wrong: its input is no value of the declared type.
    public static let badRequest: UInt16 = 400
    /// The code of what did not complete in time.
    public static let timeout: UInt16 = 408
    /// The code of what does not exist.
    public static let notFound: UInt16 = 404
    /// The code of a cancelled or killed invocation, and of a conflict: a promise or a workflow that is there already.
    public static let conflict: UInt16 = 409

    /// What a cancelled invocation's handler gets to see at its next wait.
    package static let cancelled = TerminalError("cancelled", code: conflict)
}
