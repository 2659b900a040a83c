/// What happens to a record whose handler fails.
public struct ErrorPolicy: Sendable, Equatable {
    /// How often and when it is tried again.
    public var retry = RetryPolicy()
    /// What is done when it has been tried often enough, or cannot succeed: a terminal error, bytes that cannot be decoded.
    public var then = LastResort.park

    /// The defaults: 20 attempts, then `park`.
    public init() {}

    /// What is done with a record that does not succeed.
    public enum LastResort: String, Sendable, CaseIterable {
        /// The record's key waits for a person, with all its later records; other keys go on.
        case park
        /// The record is left out, and counted.
        case skip
        /// The record's partition stops; other partitions go on.
        case stop
    }
}
