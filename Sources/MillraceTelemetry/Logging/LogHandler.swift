/// Where log entries go. Called from any thread, by several at once.
public protocol LogHandler: Sendable {
    /// Takes one entry whose level passed the logger's. It must be quick: the caller waits.
    func log(_ entry: LogEntry)
}

/// Drops everything.
public struct SilentLogHandler: LogHandler {
    /// A handler that drops everything.
    public init() {}
    /// Does nothing.
    public func log(_ entry: LogEntry) {}
}
