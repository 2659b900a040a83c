import CRocksDB

/// A snapshot of a database, and the options for reading it. Must be released before the database is closed.
@safe final class NativeSnapshot: @unchecked Sendable {  // RocksDB's functions may be called from any thread.
    let pointer: OpaquePointer?
    let reading: OpaquePointer
    private let database: NativeDatabase

    init(_ database: NativeDatabase) {
        self.database = database
        unsafe pointer = rocksdb_create_snapshot(database.pointer)
        unsafe reading = rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_snapshot(reading, pointer)
    }

    /// To be called once, and nothing after it.
    func release() {
        unsafe rocksdb_readoptions_destroy(reading)
        unsafe rocksdb_release_snapshot(database.pointer, pointer)
    }
}
