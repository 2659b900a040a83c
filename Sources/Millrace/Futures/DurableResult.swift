/// What a durable operation ended with.
package enum DurableResult: Sendable, Equatable {
    /// It is done and there is no value, or the value is absent.
    case void
    case value([UInt8])
    case failure(TerminalError)

    /// Whether it did not fail.
    package var isSuccess: Bool {
        if case .failure = self { return false }
        return true
    }
}

/// A result that an invocation has taken note of, and when among all that it has.
package struct DurableOutcome: Sendable {
    /// The position in the order in which the invocation took note of results; the same in every replay.
    package let order: Int
    package let result: DurableResult

    package init(order: Int, result: DurableResult) {
        self.order = order
        self.result = result
    }
}
