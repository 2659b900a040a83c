/// Threads and limits.
public struct EngineConfiguration: Sendable, Equatable {
    /// How many threads run shards, or `nil` for one a core.
    public var threads: Int?
    /// How many records of one subscription may wait in the store before its source pauses.
    public var maxQueuedRecords = 1_000_000
    /// The largest record, key, value and headers together, in bytes. A larger one goes the way of a record that cannot succeed.
    public var maxRecordBytes = 16 << 20
    /// How long a handler may hold its thread before that is reported.
    public var blockedAfter = Duration.seconds(1)
    /// How long an invocation waits for another one before it is looked at whether they wait for each other.
    public var deadlockAfter = Duration.seconds(1)
    /// Whether one of the invocations that wait for each other gets an error; otherwise they are only told of.
    public var failsDeadlocks = true
    /// How long a shutdown waits for handlers before it ends without them. Nothing is lost either way.
    public var shutdownTimeout = Duration.seconds(30)

    /// The defaults.
    public init() {}
}
