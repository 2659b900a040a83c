/// The data directory and what it may use.
public struct StorageConfiguration: Sendable, Equatable {
    /// The directory, absolute or relative to the working directory. It is made when it is not there.
    public var directory = "./millrace-data"
    /// How many slices the key space has, 1…4096. Fixed when the directory is made.
    public var shardCount = 24
    /// The bound in bytes of overlays, caches and RocksDB's memory together.
    public var memoryBytes = 512 << 20
    /// How many bytes of emitted records are kept on the disk while a Kafka cluster takes none, before sources pause.
    public var outboxBytes = 1 << 30
    /// When what was decided counts as kept.
    public var durability = Durability.fsync
    /// RocksDB's own options by name, passed on as they are.
    public var rocksdb: [String: String] = [:]

    /// The defaults.
    public init() {}
}
