package import MillraceStore

/// How an engine is set up.
package struct EngineOptions: Sendable {
    /// Fixed when the data directory is created.
    package var shardCount = 24
    package var threads = 2
    /// All changed rows in memory, over all shards; as much again may be on its way to the families.
    package var overlayBytes = 128 << 20
    /// Blocks that a restart may have to replay, over all shards.
    package var blockBytes = 128 << 20
    /// Rows in memory, changed and clean, over all shards.
    package var tableBytes = 320 << 20
    /// The longest time between two fsyncs while there is something to sync; 0 is at once.
    package var syncIntervalMilliseconds = 0
    /// Whether effects leave before the sync, once the operating system has the write. A crash of the machine may then
    /// lose what was decided in the last ``syncIntervalMilliseconds``; a crash of the process loses nothing.
    package var releasesBeforeSync = false
    /// A handler that holds its thread for so long is reported.
    package var blockedAfterMilliseconds: Int64 = 1_000
    package var limits = EngineLimits()
    /// For invocations that came from no subscription.
    package var defaultPolicy = ErrorPolicy(attempts: 70)

    /// The limits of each shard where they are not its share of the bytes above: for tests, which want them tiny.
    package var ownShardLimits: ShardLimits?

    /// A mistake to be made on purpose, for tests of the simulator.
    package var mistake: EngineMistake?

    package init() {}

    /// Takes care that what waits in memory, and what a turn takes in, is no more than a node with so much memory has room for: about a third
    /// of it. To be called when the number of shards is known.
    package mutating func limitWaiting(memoryBytes: Int) {
        let loaded = memoryBytes / 24_000
        limits.loadedInvocations = max(16, min(limits.loadedInvocations, loaded / shardCount))
        limits.turnRecords = max(256, min(limits.turnRecords, limits.loadedInvocations * shardCount / 5 * 4))
    }

    var shardLimits: ShardLimits {
        ownShardLimits
            ?? ShardLimits(
                overlayBytes: max(64 << 10, overlayBytes / shardCount),
                blockBytes: max(64 << 10, blockBytes / shardCount),
                tableBytes: max(128 << 10, tableBytes / shardCount))
    }
}
