import CRocksDB

/// The options of a database and of each of its families, as RocksDB wants them. Owns all of it.
@safe final class NativeOptions {
    /// For the database, and for the family `default` that RocksDB insists on.
    let database: OpaquePointer
    /// In the order of ``Family/allCases``.
    private(set) var families: [OpaquePointer] = unsafe []
    private let cache: OpaquePointer

    /// - Throws: ``StoreError/invalidOption(name:reason:)``
    init(_ options: RocksDiskOptions, directory: String, allowsTornLog: Bool = false) throws(StoreError) {
        unsafe database = rocksdb_options_create()
        unsafe cache = rocksdb_cache_create_lru(options.blockCacheBytes)
        unsafe Self.set(database: database, options, allowsTornLog: allowsTornLog)
        unsafe rocksdb_options_set_wal_dir(database, LogFolder.path(in: directory))
        for family in Family.allCases {
            let native: OpaquePointer = unsafe rocksdb_options_create_copy(database)
            unsafe families.append(native)
            unsafe Self.set(native, for: family, options, cache: cache)
        }
        // Compactions of the largest family would take the processor from those who recover: `RocksDisk.beginMaintenance`.
        unsafe rocksdb_options_set_disable_auto_compactions(families[Int(Family.state.rawValue)], 1)
        // Write-backs come sorted, shard after shard: each row finds its place in the memtable beside the one before. In a family of
        // which ranges are deleted, the hint of a row would be used for a range, in another list, and break it (RocksDB 7.8.3); also when
        // a log is replayed, so that no other way to delete ranges helps directories that have such logs.
        let hint = "memtable_insert_with_hint_prefix_extractor"
        try set(hint, "rocksdb.FixedPrefix.2", of: [Self.rangelessFamily], name: hint)
        for (name, value) in options.extra.sorted(by: { $0.key < $1.key }) {
            try set(extra: name, value)
        }
    }

    /// The family of which no ranges may be deleted.
    static let rangelessFamily = Family.state

    deinit {
        unsafe families.forEach { unsafe rocksdb_options_destroy($0) }
        unsafe rocksdb_options_destroy(database)
        unsafe rocksdb_cache_destroy(cache)
    }

    private static func set(database: OpaquePointer, _ options: RocksDiskOptions, allowsTornLog: Bool) {
        unsafe rocksdb_options_set_create_if_missing(database, options.createIfMissing ? 1 : 0)
        unsafe rocksdb_options_set_create_missing_column_families(database, options.createIfMissing ? 1 : 0)
        unsafe rocksdb_options_set_max_background_jobs(database, Int32(clamping: max(2, options.backgroundJobs)))
        unsafe rocksdb_options_set_db_write_buffer_size(database, options.writeBufferBytes)
        unsafe rocksdb_options_set_write_buffer_size(database, 1 << 20)

        // The log. `SyncedMark` says why it is opened strictly first.
        unsafe rocksdb_options_set_wal_recovery_mode(
            database,
            Int32(allowsTornLog ? rocksdb_point_in_time_recovery : rocksdb_absolute_consistency_recovery))
        unsafe rocksdb_options_set_max_total_wal_size(database, UInt64(clamping: options.logBytes))
        unsafe rocksdb_options_set_wal_bytes_per_sync(database, 1 << 20)
        unsafe rocksdb_options_set_bytes_per_sync(database, 1 << 20)

        // One thread writes the large batches, sorted: locks for several writers in a memtable only cost.
        unsafe rocksdb_options_set_allow_concurrent_memtable_write(database, 0)
        unsafe rocksdb_options_set_enable_write_thread_adaptive_yield(database, 0)

        unsafe rocksdb_options_set_paranoid_checks(database, 1)
        unsafe rocksdb_options_set_skip_stats_update_on_db_open(database, 1)
        unsafe rocksdb_options_set_stats_dump_period_sec(database, 0)
        unsafe rocksdb_options_set_stats_persist_period_sec(database, 0)
        // RocksDB's information log gets its header and nothing else: when a line of it finds no room on the disk, Debian's
        // build, with its assertions, aborts the process at the next line.
        unsafe rocksdb_options_set_info_log_level(database, 5)
        unsafe rocksdb_options_set_keep_log_file_num(database, 4)
        unsafe rocksdb_options_set_max_log_file_size(database, 1 << 20)
        unsafe rocksdb_options_set_max_manifest_file_size(database, 4 << 20)
    }

    private static func set(
        _ native: OpaquePointer, for family: Family, _ options: RocksDiskOptions, cache: OpaquePointer
    ) {
        let buffers = options.writeBufferBytes
        unsafe rocksdb_options_set_level_compaction_dynamic_level_bytes(native, 1)
        let table: OpaquePointer = unsafe rocksdb_block_based_options_create()
        defer { unsafe rocksdb_block_based_options_destroy(table) }
        unsafe rocksdb_block_based_options_set_block_cache(table, cache)
        unsafe rocksdb_block_based_options_set_format_version(table, 5)

        var compression = [Int32](repeating: Int32(rocksdb_lz4_compression), count: 7)
        compression[0] = Int32(rocksdb_no_compression)
        compression[1] = Int32(rocksdb_no_compression)

        switch family {
        case .batches:
            unsafe rocksdb_options_set_write_buffer_size(native, buffers / 2)
            compression = [Int32](repeating: Int32(rocksdb_no_compression), count: 7)
            unsafe rocksdb_block_based_options_set_block_size(table, 64 << 10)
        case .state, .invocations, .idempotency, .promises:
            unsafe rocksdb_options_set_write_buffer_size(native, family == .state ? buffers / 4 : buffers / 16)
            unsafe rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(10))
            unsafe rocksdb_options_set_memtable_whole_key_filtering(native, 1)
            unsafe rocksdb_options_set_memtable_prefix_bloom_size_ratio(native, 0.05)
            // Fewer, larger compactions of the first level, and a second one as large as what comes down to it at a time.
            unsafe rocksdb_options_set_level0_file_num_compaction_trigger(native, 8)
            unsafe rocksdb_options_set_max_bytes_for_level_base(native, UInt64(clamping: max(256 << 20, buffers * 4)))
        case .journal, .inbox, .timers, .outbox, .meta:
            unsafe rocksdb_options_set_write_buffer_size(native, buffers / 16)
        }
        unsafe rocksdb_options_set_max_write_buffer_number(native, 3)
        unsafe compression.withUnsafeMutableBufferPointer { levels in
            unsafe rocksdb_options_set_compression_per_level(native, levels.baseAddress, levels.count)
        }
        unsafe rocksdb_options_set_block_based_table_factory(native, table)
    }

    /// Sets what a user asked for: for one family, or for the database and all families.
    private func set(extra name: String, _ value: String) throws(StoreError) {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var option = name
        var only: [Family]?
        if parts.count == 2 {
            guard let family = Family.allCases.first(where: { $0.name == parts[0] }) else {
                throw .invalidOption(name: name, reason: "there is no family \(parts[0])")
            }
            option = String(parts[1])
            only = [family]
        }
        if RocksDiskOptions.reserved.contains(option) {
            throw .invalidOption(name: name, reason: "Millrace needs the value that it sets itself")
        }
        if option.isEmpty || option.contains(where: ";={}\0".contains) {
            throw .invalidOption(name: name, reason: "this is no name of an option")
        }
        if value.isEmpty || value.contains("\0") || value.contains(";") && !value.hasPrefix("{") {
            throw .invalidOption(name: name, reason: "this is no value of an option: “\(value)”")
        }
        try set(option, value, of: only, name: name)
    }

    /// Sets an option of families, or of the database and all families.
    ///
    /// - Parameter name: what the option is called where it comes from.
    private func set(_ option: String, _ value: String, of only: [Family]?, name: String) throws(StoreError) {
        let targets = unsafe only?.map { unsafe families[Int($0.rawValue)] } ?? [database] + families
        do throws(RocksFailure) {
            for index in unsafe targets.indices {
                try unsafe RocksFailure.check {
                    unsafe rocksdb_get_options_from_string(targets[index], "\(option)=\(value)", targets[index], $0)
                }
            }
        } catch {
            throw .invalidOption(name: name, reason: error.text)
        }
    }
}
