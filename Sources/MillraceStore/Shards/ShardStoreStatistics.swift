/// One shard's figures for metrics.
package struct ShardStoreStatistics: Sendable {
    package var rows: Int
    package var tableBytes: Int
    package var decodedBytes: Int
    package var dirtyRows: Int
    package var dirtyBytes: Int
    package var batches: UInt64
}
