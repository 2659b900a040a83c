/// How much one shard may keep in memory.
package struct ShardLimits: Sendable {
    /// Changed rows above this are frozen and written back.
    package var overlayBytes: Int
    /// Blocks that were written since the last freeze above this make it freeze too, which bounds the time of a restart.
    package var blockBytes: Int
    /// Changed rows are written back after this time at the latest.
    package var overlayMilliseconds: Int64
    /// All rows in memory, the changed ones included.
    package var tableBytes: Int
    /// All state values in memory that are kept decoded beside their rows.
    package var decodedBytes: Int

    package init(
        overlayBytes: Int, blockBytes: Int, overlayMilliseconds: Int64 = 30_000, tableBytes: Int,
        decodedBytes: Int? = nil
    ) {
        self.overlayBytes = overlayBytes
        self.blockBytes = blockBytes
        self.overlayMilliseconds = overlayMilliseconds
        self.tableBytes = tableBytes
        self.decodedBytes = decodedBytes ?? tableBytes / 8
    }
}
