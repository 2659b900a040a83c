import CRocksDB

extension RocksDisk {
    /// RocksDB's figures for metrics, by names that end in their unit. Empty once the disk is closed. Takes some microseconds.
    package func statistics() -> [(name: String, value: UInt64)] {
        var figures: [(name: String, value: UInt64)] = []
        whileOpen { database in
            for (name, property) in Self.summed {
                let values = Family.allCases.map { database.integer(property, of: $0) }
                figures.append((name, values.reduce(0, &+)))
            }
            for (name, property) in Self.common {
                figures.append((name, database.integer(property, of: .state)))
            }
            let files = Family.allCases.map { UInt64(database.text("rocksdb.num-files-at-level0", of: $0) ?? "") ?? 0 }
            figures.append(("level0_files", files.max() ?? 0))
        }
        return figures
    }

    /// Properties of a family, summed up.
    private static let summed = [
        ("memtable_bytes", "rocksdb.cur-size-all-mem-tables"),
        ("pending_compaction_bytes", "rocksdb.estimate-pending-compaction-bytes"),
        ("rows_estimate", "rocksdb.estimate-num-keys"),
        ("table_reader_bytes", "rocksdb.estimate-table-readers-mem"),
        ("sst_bytes", "rocksdb.total-sst-files-size"),
    ]

    /// Properties that any family gives for the whole database.
    private static let common = [
        ("block_cache_bytes", "rocksdb.block-cache-usage"),
        ("block_cache_pinned_bytes", "rocksdb.block-cache-pinned-usage"),
        ("running_compactions", "rocksdb.num-running-compactions"),
        ("running_flushes", "rocksdb.num-running-flushes"),
        ("write_stopped", "rocksdb.is-write-stopped"),
        ("delayed_write_bytes_per_second", "rocksdb.actual-delayed-write-rate"),
        ("background_errors", "rocksdb.background-errors"),
    ]
}

extension NativeDatabase {
    /// An integer property of a family, 0 where RocksDB does not know it.
    func integer(_ property: String, of family: Family) -> UInt64 {
        var value: UInt64 = 0
        return unsafe rocksdb_property_int_cf(pointer, handle(family), property, &value) == 0 ? value : 0
    }

    /// A property of a family as text.
    func text(_ property: String, of family: Family) -> String? {
        guard let text = unsafe rocksdb_property_value_cf(pointer, handle(family), property) else { return nil }
        defer { unsafe rocksdb_free(text) }
        return unsafe String(cString: text)
    }
}
