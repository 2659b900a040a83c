/// How often, and with which pauses, what failed is tried again.
///
/// The pause after the n-th failure is `initial · factorⁿ⁻¹`, `maxInterval` at most.
public struct RetryPolicy: Sendable, Equatable {
    /// The first pause.
    public var initial: Duration
    /// What each pause is multiplied with to get the next.
    public var factor: Double
    /// The longest pause.
    public var maxInterval: Duration
    /// How many attempts in all, the first one included; `nil` means without end.
    public var maxAttempts: Int?
    /// No attempt starts when so much time has passed since the first; `nil` means without end.
    public var maxDuration: Duration?

    /// A policy; by default 70 attempts with pauses from half a second to a minute.
    public init(
        initial: Duration = .milliseconds(500), factor: Double = 2, maxInterval: Duration = .seconds(60),
        maxAttempts: Int? = 70, maxDuration: Duration? = nil
    ) {
        self.initial = initial
        self.factor = factor
        self.maxInterval = maxInterval
        self.maxAttempts = maxAttempts
        self.maxDuration = maxDuration
    }

    /// No further attempt: the first failure is the last.
    public static let never = RetryPolicy(maxAttempts: 1)

    /// The pause after a number of failed attempts (1 or more), or `nil` when there are to be no more.
    ///
    /// - Parameter elapsed: the time since the first attempt began.
    package func pauseMilliseconds(afterAttempts failed: Int, elapsedMilliseconds: Int64) -> Int64? {
        if let maxAttempts, failed >= max(1, maxAttempts) { return nil }
        if let maxDuration, elapsedMilliseconds >= maxDuration.wholeMilliseconds { return nil }
        let longest = Double(maxInterval.wholeMilliseconds)
        var pause = min(Double(initial.wholeMilliseconds), longest)
        for _ in 1..<max(1, min(failed, 64)) { pause = min(pause * max(1, factor), longest) }
        return Int64(pause)
    }
}

extension Duration {
    /// Milliseconds, rounded up so that nothing is early, and bounded so that no calendar overflows.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        let bound = Int64.max / 4
        if milliseconds.overflow { return seconds < 0 ? 0 : bound }
        let rounded = milliseconds.partialValue + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return max(0, min(rounded, bound))
    }
}
