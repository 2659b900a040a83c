@testable import MillraceEngine

/// How tests wait for what other threads and brokers do.
enum Waiting {
    /// Waits until a condition holds, which is looked at whenever the signal is raised, and from time to time for what
    /// raises none. Returns false when that takes so long that it will never be.
    static func wait(_ changed: Signal = Signal(), seconds: Int = 60, until condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            changed.wait(timeoutMilliseconds: 20)
        }
        return true
    }
}
