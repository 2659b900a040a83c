/// How the memory of the configuration is shared out between rows in memory and RocksDB.
struct MemorySplit: Equatable {
    /// Rows in memory, changed and clean; an eighth of it comes on top for state values that are kept decoded.
    let tableBytes: Int
    /// Changed rows; a part of those.
    let overlayBytes: Int
    /// RocksDB's write buffers and cached blocks.
    let rocksBytes: Int
    /// Blocks on the disk that a restart has to replay. No memory, but once replayed they are changed rows.
    var blockBytes: Int { overlayBytes }

    init(_ bytes: Int) {
        // A row that is found in memory costs a tenth of one that RocksDB has to find in its own cache.
        tableBytes = bytes / 16 * 9
        overlayBytes = bytes / 4
        rocksBytes = bytes - tableBytes - tableBytes / 8
    }
}
