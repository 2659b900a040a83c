import Synchronization

/// A number that only grows, for example records read. Lock-free; any thread may add.
public final class Counter: Sendable {
    private let total = Atomic<Int>(0)

    /// A counter at zero that belongs to no registry.
    public init() {}

    /// What was added so far.
    public var value: Int { total.load(ordering: .relaxed) }

    /// Adds `amount`, which is not negative.
    public func increment(by amount: Int = 1) {
        precondition(amount >= 0, "a counter cannot go down by \(-amount)")
        total.wrappingAdd(amount, ordering: .relaxed)
    }
}
