/// How often and when a failed record is tried again: exponential back-off. Other keys go on meanwhile.
public struct RetryPolicy: Sendable, Equatable {
    /// The wait before the second attempt.
    public var initial = Duration.milliseconds(500)
    /// What each wait is multiplied by to get the next, 1 at least.
    public var factor = 2.0
    /// The longest wait.
    public var max = Duration.seconds(60)
    /// How many attempts there are in all.
    public var attempts = RetryLimit.attempts(20)

    /// The defaults: 20 attempts, 500 ms, 1 s, 2 s … 60 s apart.
    public init() {}
}
