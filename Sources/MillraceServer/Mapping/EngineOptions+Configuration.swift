import MillraceConfiguration
import MillraceEngine
import MillraceStore

extension EngineOptions {
    /// An engine as the configuration wants it, on a machine with that many cores.
    init(_ configuration: Configuration, cores: Int) {
        self.init()
        shardCount = configuration.storage.shardCount
        blockedAfterMilliseconds = configuration.engine.blockedAfter.wholeMilliseconds
        threads = min(configuration.engine.threads ?? max(1, cores), shardCount)
        let memory = MemorySplit(configuration.storage.memoryBytes)
        overlayBytes = memory.overlayBytes
        blockBytes = memory.blockBytes
        tableBytes = memory.tableBytes
        limitWaiting(memoryBytes: configuration.storage.memoryBytes)
        limits.maxOutboxBytes = max(1, configuration.storage.outboxBytes / shardCount)
        limits.deadlockAfter = configuration.engine.deadlockAfter
        limits.failsDeadlocks = configuration.engine.failsDeadlocks
        limits.maxPayloadBytes = max(limits.maxPayloadBytes, configuration.engine.maxRecordBytes)
        // What handlers sent nobody can send again: it is tried for long, and never dropped.
        defaultPolicy = MillraceEngine.ErrorPolicy(configuration.defaults.onError)
        if let attempts = defaultPolicy.attempts { defaultPolicy.attempts = max(attempts, 70) }
        defaultPolicy.then = .park
        if case .interval(let interval) = configuration.storage.durability {
            releasesBeforeSync = true
            syncIntervalMilliseconds = Int(clamping: interval.wholeMilliseconds)
        }
    }
}

extension RocksDiskOptions {
    /// RocksDB as the configuration wants it, on a machine with that many cores.
    init(_ storage: StorageConfiguration, cores: Int) {
        self.init(
            memoryBytes: MemorySplit(storage.memoryBytes).rocksBytes, backgroundJobs: max(2, min(cores, 8)),
            extra: storage.rocksdb)
    }
}

extension Duration {
    /// The duration in milliseconds, the rest cut off.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + attoseconds / 1_000_000_000_000_000
    }
}
