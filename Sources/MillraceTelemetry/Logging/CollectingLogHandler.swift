import Synchronization

/// Keeps the entries, for tests.
public final class CollectingLogHandler: LogHandler {
    private let collected = Mutex<[LogEntry]>([])

    /// A handler without entries.
    public init() {}

    /// What was logged so far, in order.
    public var entries: [LogEntry] { collected.withLock { $0 } }

    /// The messages alone.
    public var messages: [String] { entries.map(\.message) }

    /// Keeps the entry.
    public func log(_ entry: LogEntry) { collected.withLock { $0.append(entry) } }
}
