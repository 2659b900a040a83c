import Glibc
import Synchronization

/// A ``Disk`` on RocksDB: a directory that one process has open at a time.
///
/// On a full disk ``write(_:)`` throws ``StoreError/diskFull(directory:reason:)``, nothing that was written before is
/// lost, reads and syncs go on, and the same batch can be written when there is room again.
@safe package final class RocksDisk: Disk, @unchecked Sendable {  // The gate guards the database, RocksDB itself.
    /// The format of the rows that this version writes. It reads formats up to this one.
    package static let format = 1

    /// Where the rows are.
    package let directory: String
    private let database: NativeDatabase
    private let log: LogFolder
    private let room: LogRoom
    private let mark: SyncedMark
    private let reserve: Reserve
    private let defersCompactions: Bool
    private let gate = UseGate()
    /// Snapshots that are not released. RocksDB must not be closed before they are.
    private let snapshots = Mutex<[ObjectIdentifier: NativeSnapshot]>([:])
    /// Whether the newest write failed.
    private let hasFailed = Atomic<Bool>(false)
    /// Whether RocksDB would go on with a log that it cannot write.
    private let isLogLost = Atomic<Bool>(false)

    init(directory: String, database: NativeDatabase, mark: SyncedMark, options: RocksDiskOptions) {
        self.directory = directory
        self.database = database
        reserve = Reserve(directory: directory, reservedBytes: options.reservedBytes)
        defersCompactions = options.defersCompactions
        room = LogRoom(directory: directory, reserve: reserve, isUseful: options.preparesLog)
        log = LogFolder(directory: directory, room: room)
        self.mark = mark
    }

    deinit { close() }

    /// Syncs what was written and closes the directory, so that it can be opened again, when all calls that are under
    /// way have ended. Not to be called from within one. Later calls throw; closing again does nothing.
    package func close() {
        guard gate.close(waiting: { usleep(200) }) else { return }
        // What fails to sync now is what a crash would lose, and nobody was told that it is durable.
        try? synchronize()
        snapshots.withLock { snapshots in
            snapshots.values.forEach { $0.release() }
            snapshots.removeAll()
        }
        database.close()
        mark.close()
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
        let byteCount = batch.byteCount
        try reserve.take(byteCount)
        if isLogLost.load(ordering: .relaxed) {
            throw .failed(directory: directory, reason: "its log could not be written; start again to go on")
        }
        try use { database throws(RocksFailure) in
            do throws(RocksFailure) {
                try unsafe database.write(batch.pointer)
                room.wrote(byteCount)
                if hasFailed.load(ordering: .relaxed) { hasFailed.store(false, ordering: .relaxed) }
            } catch {
                noticeLostLog(error)
                throw error
            }
        }
    }

    /// Once there is room, RocksDB flushes the rows in memory and begins a new log, but where there are none it goes on
    /// with the log whose last write failed, and Debian's build, with its assertions, then aborts the process.
    ///
    /// It takes a disk that is full though ``Reserve`` did not see it, as with a quota.
    private func noticeLostLog(_ failure: RocksFailure) {
        // Only the first failure tells: later ones may come when RocksDB has flushed, and is about to go on.
        guard !hasFailed.exchange(true, ordering: .relaxed), failure.isOfLog else { return }
        let rows = Family.allCases.map { database.integer("rocksdb.num-entries-active-mem-table", of: $0) }
        if rows.allSatisfy({ $0 == 0 }) { isLogLost.store(true, ordering: .relaxed) }
    }

    package func sync() throws(StoreError) {
        guard gate.enter() else { throw closed }
        defer { gate.leave() }
        try synchronize()
    }

    package var wantsPreparation: Bool { room.isWanted }

    package func prepare() { whileOpen { _ in room.extend() } }

    package func beginMaintenance() throws(StoreError) {
        guard defersCompactions else { return }
        try use { database throws(RocksFailure) in
            try unsafe database.set(database.handle(.state), "disable_auto_compactions", to: "false")
        }
    }

    package func snapshot() throws(StoreError) -> any DiskSnapshot {
        let native = try use { database throws(RocksFailure) in
            let native = NativeSnapshot(database)
            snapshots.withLock { $0[ObjectIdentifier(native)] = native }
            return native
        }
        return RocksSnapshot(of: self, native)
    }

    /// Releases a snapshot, unless it was by the disk's closing.
    func release(_ snapshot: NativeSnapshot) {
        whileOpen { _ in
            let isOurs = snapshots.withLock { $0.removeValue(forKey: ObjectIdentifier(snapshot)) != nil }
            if isOurs { snapshot.release() }
        }
    }

    /// Syncs the log and then marks, in the directory, up to where it is certainly on the disk.
    private func synchronize() throws(StoreError) {
        let sequence = database.latestSequence
        try log.sync()
        mark.set(sequence)
    }

    private var closed: StoreError { .failed(directory: directory, reason: "it was closed") }

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
        guard gate.enter() else { throw closed }
        defer { gate.leave() }
        do throws(RocksFailure) {
            return try body(database)
        } catch {
            throw error.storeError(directory: directory)
        }
    }
}
