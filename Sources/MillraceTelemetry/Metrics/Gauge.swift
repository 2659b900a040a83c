import Synchronization

/// A number that goes up and down, for example a queue's depth. Lock-free; any thread may change it.
public final class Gauge: Sendable {
    private let current = AtomicDouble()

    /// A gauge at zero that belongs to no registry.
    public init() {}

    /// The present value.
    public var value: Double { current.value }

    /// Sets the value.
    public func set(_ value: Double) { current.set(value) }

    /// Sets the value.
    public func set(_ value: Int) { current.set(Double(value)) }

    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double) { current.add(amount) }
}
