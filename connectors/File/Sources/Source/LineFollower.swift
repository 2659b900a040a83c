/// What a line source does on its thread, a step at a time. Only the steps take time as an input, so a test can take them.
protocol LineFollower: AnyObject {
    /// Reads on, or finds out why not.
    /// - Parameter now: milliseconds of a clock that only goes forward.
    func step(now: Int64) -> Pause
    /// The last words before the thread ends: how far everything has been read.
    func finish()
}

/// What comes after a step.
enum Pause: Equatable {
    /// The next step.
    case none
    /// The next step, when the time is over or the source is to stop.
    case milliseconds(Int)
    /// The next step, when the intake takes something again.
    case untilReady
    /// There is no next step.
    case end
}
