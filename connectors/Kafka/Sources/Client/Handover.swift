import MillraceEngine
import Synchronization

/// Hands one value from a thread to another that waits for it.
final class Handover<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let signal = Signal()

    func put(_ new: Value) {
        value.withLock { $0 = new }
        signal.raise()
    }

    /// Blocks until there is a value.
    func take() -> Value {
        while true {
            if let value = value.withLock({ $0 }) { return value }
            signal.wait()
        }
    }
}
