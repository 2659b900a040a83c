import Synchronization

/// Lets calls in while something is open, and makes its closing wait until they are out again.
///
/// Entering and leaving costs an atomic addition each.
final class UseGate: Sendable {
    /// The number of calls inside, plus ``closedBit`` once closing began.
    private let state = Atomic<Int>(0)
    private static let closedBit = 1 << 62

    /// Enters, or returns false when the gate is closed. Whoever entered must leave.
    func enter() -> Bool {
        if state.wrappingAdd(1, ordering: .acquiring).oldValue & Self.closedBit == 0 { return true }
        leave()
        return false
    }

    func leave() {
        state.wrappingSubtract(1, ordering: .releasing)
    }

    /// Closes the gate and tells, after some time, whether everyone has left. False means: closed by someone else before.
    func close(waiting: () -> Void) -> Bool {
        if state.bitwiseOr(Self.closedBit, ordering: .acquiringAndReleasing).oldValue & Self.closedBit != 0 {
            return false
        }
        while state.load(ordering: .acquiring) != Self.closedBit { waiting() }
        return true
    }
}
