import MillraceEngine
import Synchronization

/// A clock that stands still until somebody moves it.
package final class ManualClock: EngineClock {
    private let time: Atomic<Int64>

    /// A clock that shows a time, in milliseconds since 1970.
    package init(_ milliseconds: Int64 = 1_700_000_000_000) { time = Atomic(milliseconds) }

    package var nowMilliseconds: Int64 { time.load(ordering: .acquiring) }

    package func advance(byMilliseconds milliseconds: Int64) {
        time.add(milliseconds, ordering: .acquiringAndReleasing)
    }
}
