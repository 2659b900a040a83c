import Glibc

/// A ``Disk`` on RocksDB: a directory that one process has open at a time.
///
/// On a full disk ``write(_:)`` throws ``StoreError/diskFull(directory:reason:)``, nothing that was written before is
/// lost, and the same batch can be written again later: RocksDB looks every few seconds whether there is room.
@safe package final class RocksDisk: Disk, @unchecked Sendable {  // The gate guards the database, RocksDB itself.
    /// The format of the rows that this version writes. It reads formats up to this one.
    package static let format = 1

    /// Where the rows are.
    package let directory: String
    private let database: NativeDatabase
    private let mark: SyncedMark
    private let gate = UseGate()

    init(directory: String, database: NativeDatabase, mark: SyncedMark) {
        self.directory = directory
        self.database = database
        self.mark = mark
    }

    deinit { close() }

    /// Syncs what was written and closes the directory, so that it can be opened again, when all calls that are under
    /// way have ended. Not to be called from within one. Later calls throw; closing again does nothing.
    package func close() {
        guard gate.close(waiting: { usleep(200) }) else { return }
        // What fails to sync now is what a crash would lose, and nobody was told that it is durable.
        try? synchronize()
        mark.close()
        database.close()
    }

    package func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool {
        try use { database throws(RocksFailure) in
            try unsafe database.get(database.handle(family), key, body)
        }
    }

    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        try use { database throws(RocksFailure) in
            try unsafe database.scan(database.handle(family), from: lower, to: upper, visit)
        }
    }

    package func makeBatch() -> any DiskBatch { RocksBatch(disk: self) }

    package func write(_ batch: any DiskBatch) throws(StoreError) {
        guard let batch = batch as? RocksBatch, batch.disk === self else {
            preconditionFailure("a batch of \(type(of: batch)) was made by another disk")
        }
        try use { database throws(RocksFailure) in
            try unsafe database.write(batch.pointer)
        }
    }

    package func sync() throws(StoreError) {
        try use { _ throws(RocksFailure) in try synchronize() }
    }

    /// Syncs the log and then marks, in the directory, up to where it is certainly on the disk.
    private func synchronize() throws(RocksFailure) {
        let sequence = database.latestSequence
        try database.sync()
        mark.set(sequence)
    }

    /// Calls `body` with the database unless the disk is closed.
    @inline(__always)
    func whileOpen(_ body: (NativeDatabase) -> Void) {
        guard gate.enter() else { return }
        defer { gate.leave() }
        body(database)
    }

    /// Calls `body` with the database, and throws what went wrong as it concerns the directory.
    @inline(__always)
    func use<Value>(_ body: (NativeDatabase) throws(RocksFailure) -> Value) throws(StoreError) -> Value {
        guard gate.enter() else { throw .failed(directory: directory, reason: "it was closed") }
        defer { gate.leave() }
        do throws(RocksFailure) {
            return try body(database)
        } catch {
            throw error.storeError(directory: directory)
        }
    }
}
