import CRocksDB

/// Changes that a ``RocksDisk`` writes as a whole. Changes made after the disk is closed are forgotten.
@safe final class RocksBatch: DiskBatch {
    let disk: RocksDisk
    /// Belongs to this object alone; it needs the database only to name its families.
    let pointer: OpaquePointer

    init(disk: RocksDisk) {
        self.disk = disk
        unsafe pointer = rocksdb_writebatch_create()
    }

    deinit {
        unsafe rocksdb_writebatch_destroy(pointer)
    }

    func put(_ family: Family, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        disk.whileOpen { database in
            unsafe rocksdb_writebatch_put_cf(
                pointer, database.handle(family), key.characters, key.count, value.characters, value.count)
        }
    }

    func delete(_ family: Family, _ key: UnsafeRawBufferPointer) {
        disk.whileOpen { database in
            unsafe rocksdb_writebatch_delete_cf(pointer, database.handle(family), key.characters, key.count)
        }
    }

    func deleteRange(_ family: Family, from lower: [UInt8], to upper: [UInt8]) {
        precondition(family != NativeOptions.rangelessFamily, "no ranges of \(family.name) may be deleted")
        disk.whileOpen { database in
            unsafe lower.withUnsafeBytes { lower in
                unsafe upper.withUnsafeBytes { upper in
                    unsafe rocksdb_writebatch_delete_range_cf(
                        pointer, database.handle(family), lower.characters, lower.count, upper.characters, upper.count)
                }
            }
        }
    }

    func removeAll() {
        unsafe rocksdb_writebatch_clear(pointer)
    }

    var byteCount: Int {
        var count = 0
        unsafe _ = rocksdb_writebatch_data(pointer, &count)
        return count
    }
}
