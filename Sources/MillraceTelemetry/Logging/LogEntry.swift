/// One thing that was logged, as a handler gets it.
public struct LogEntry: Equatable, Sendable {
    /// When it was logged.
    public var time: WallTime
    /// How much it matters.
    public var level: LogLevel
    /// The part of the system, from the logger.
    public var label: String
    /// What happened, in an operator's words; not escaped.
    public var message: String
    /// The logger's keys and the call's.
    public var metadata: LogMetadata

    /// An entry of these parts.
    public init(
        time: WallTime, level: LogLevel, label: String = "", message: String, metadata: LogMetadata = LogMetadata()
    ) {
        self.time = time
        self.level = level
        self.label = label
        self.message = message
        self.metadata = metadata
    }
}
