/// The parts of a retry policy that the file changes; what is `nil` is as at the next level.
public struct HandlerRetry: Sendable, Equatable {
    /// The wait before the second attempt.
    public var initial: Duration?
    /// What each wait is multiplied by to get the next.
    public var factor: Double?
    /// The longest wait.
    public var max: Duration?
    /// How many attempts there are in all.
    public var attempts: RetryLimit?
    /// For how long after the first failure there are further attempts.
    public var duration: RetryDuration?

    /// No changes.
    public init() {}
}

/// For how long there are further attempts.
public enum RetryDuration: Hashable, Sendable {
    /// So long after the first failure.
    case atMost(Duration)
    /// For ever, as far as the number of attempts allows.
    case unlimited
}
