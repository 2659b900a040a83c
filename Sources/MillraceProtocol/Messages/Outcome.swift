/// How something ended: a value, as its user encoded it, or a failure.
public enum Outcome: Hashable, Sendable {
    case value([UInt8])
    case failure(Failure)

    /// Whether two outcomes are the same for replay: the kind always counts, a failure too, a value's bytes only where
    /// they are asked for.
    func matches(_ other: Outcome, comparingValues: Bool) -> Bool {
        if case .value = self, case .value = other, !comparingValues { return true }
        return self == other
    }
}
