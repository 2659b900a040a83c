/// How a ``RocksDisk`` is opened.
package struct RocksDiskOptions: Sendable {
    /// The memory for write buffers and cached blocks together. Each gets half.
    package var memoryBytes: Int
    /// How many threads flush and compact.
    package var backgroundJobs: Int
    /// Whether a directory that does not exist or is empty becomes a data directory.
    package var createIfMissing: Bool
    /// The size of the log of what happened since rows were written to files. It is what a restart must read.
    package var logBytes: Int
    /// How much room on the disk writes leave free, for RocksDB to flush and compact in; 0 lets them fill the disk.
    package var reservedBytes: Int
    /// RocksDB's own options by their names, as `write_buffer_size`, or of one family as `state.write_buffer_size`. They
    /// win over the choices made here, except for those that would break what ``Disk`` promises: these are refused.
    package var extra: [String: String]
    /// Whether the log is written ahead with zeros, which makes syncs shorter; nil leaves it to the file system.
    package var preparesLog: Bool?

    /// - Parameter reservedBytes: without it, room for all write buffers, and 16 MiB.
    package init(
        memoryBytes: Int = 256 << 20, backgroundJobs: Int = 2, createIfMissing: Bool = true, logBytes: Int = 256 << 20,
        reservedBytes: Int? = nil, extra: [String: String] = [:]
    ) {
        self.memoryBytes = memoryBytes
        self.backgroundJobs = backgroundJobs
        self.createIfMissing = createIfMissing
        self.logBytes = logBytes
        self.reservedBytes = reservedBytes ?? memoryBytes / 2 + (16 << 20)
        self.extra = extra
    }

    /// Whether compactions of the family `state` begin with ``RocksDisk/beginMaintenance()`` only; not where a user has them his way.
    var defersCompactions: Bool { !extra.keys.contains { $0.hasSuffix("disable_auto_compactions") } }

    /// The memory for write buffers.
    var writeBufferBytes: Int { max(memoryBytes / 2, 4 << 20) }
    /// The memory for blocks of files, their indexes and filters.
    var blockCacheBytes: Int { max(memoryBytes / 2, 4 << 20) }

    /// Options that nobody may change: with another value writes are lost or reordered, or rows are read wrongly.
    static let reserved: Set<String> = [
        "allow_2pc", "allow_data_in_errors", "allow_mmap_writes", "atomic_flush", "cf_paths", "comparator",
        "compaction_filter", "compaction_filter_factory", "create_if_missing", "create_missing_column_families",
        "db_paths", "env", "error_if_exists", "fail_if_options_file_error", "inplace_update_support",
        "manual_wal_flush", "memtable_insert_with_hint_prefix_extractor", "merge_operator", "prefix_extractor",
        "recycle_log_file_num", "two_write_queues",
        "unordered_write", "wal_compression", "wal_dir", "wal_recovery_mode",
    ]
}
