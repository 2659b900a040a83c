/// The log, which goes to standard error.
public struct LogConfiguration: Sendable, Equatable {
    /// The least important entries that are still written.
    public var level = Level.info
    /// What an entry looks like.
    public var format = Format.text

    /// The defaults.
    public init() {}

    /// How important an entry is, from the least.
    public enum Level: String, Sendable, CaseIterable {
        /// Each step.
        case trace
        /// What helps to find a fault.
        case debug
        /// What an operator wants to know.
        case info
        /// What an operator should look at.
        case warning
        /// What does not work.
        case error
    }

    /// What an entry looks like.
    public enum Format: String, Sendable, CaseIterable {
        /// A line for people.
        case text
        /// A JSON object on a line.
        case json
    }
}
