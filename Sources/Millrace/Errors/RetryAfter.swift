/// Thrown by a handler or a step to be tried again after a time of its own choice, instead of the retry policy's.
///
/// It does not use up an attempt of the policy.
public struct RetryAfter: Error, CustomStringConvertible, Sendable {
    /// How long to wait.
    public let delay: Duration
    /// Why, for a person.
    public let message: String

    /// An error after which the next attempt comes when `delay` is over.
    public init(_ delay: Duration, _ message: String = "to be tried again later") {
        self.delay = delay
        self.message = message
    }

    /// The message and the time.
    public var description: String { "\(message) (retry after \(delay))" }
}
