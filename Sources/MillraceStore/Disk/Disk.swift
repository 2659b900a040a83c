/// What a store keeps its rows on: RocksDB, or the simulator's disk.
///
/// Writes are atomic and ordered: after a crash the disk holds what some prefix of the writes left, and that prefix has at
/// least everything that was written before the last ``sync()`` began. Functions may be called from any thread; pointers live only during the
/// call they are passed to.
package protocol Disk: DiskReader {
    /// An empty batch for ``write(_:)`` of this disk. A batch is used by one thread at a time.
    func makeBatch() -> any DiskBatch

    /// Writes a batch as a whole, without waiting for the physical disk, and leaves the batch as it is.
    func write(_ batch: any DiskBatch) throws(StoreError)

    /// Makes everything durable that was written before the call. Blocks for the time of an fsync.
    func sync() throws(StoreError)

    /// Whether ``prepare()`` would make the next syncs shorter. Costs nothing to ask.
    var wantsPreparation: Bool { get }

    /// Does beforehand what the next syncs would have to do. Blocks for the time of some syncs; those of other threads go on.
    func prepare()

    /// Begins the work in the background that would only hold up those who read what was left by an earlier run. To be called once, when
    /// they are done.
    func beginMaintenance() throws(StoreError)

    /// The rows of all families as they are now, for as long as the snapshot lives. Takes microseconds; an old snapshot keeps
    /// the disk from forgetting rows that were overwritten since.
    func snapshot() throws(StoreError) -> any DiskSnapshot
}

extension Disk {
    package var wantsPreparation: Bool { false }
    package func prepare() {}
    package func beginMaintenance() throws(StoreError) {}
}

/// What is kept of a disk at one moment. Functions may be called from any thread.
package protocol DiskSnapshot: DiskReader {
    /// Gives it up, when calls that are under way have ended; not to be called from within one. Later reads throw. The disk's
    /// closing does the same, and so does the end of the last reference.
    func close()
}

/// Rows that can be read: a disk's, or those that one had at some moment. Functions may be called from any thread; pointers
/// live only during the call they are passed to.
package protocol DiskReader: AnyObject, Sendable {
    /// Calls `body` with a row's value and returns true, or returns false where there is no such row.
    func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool

    /// Visits the rows from `lower` (inclusive) to `upper` (exclusive) in the order of their keys, as one consistent view,
    /// until `visit` returns false.
    func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError)
}

/// Changes to rows that are written as a whole.
package protocol DiskBatch: AnyObject {
    func put(_ family: Family, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer)
    func delete(_ family: Family, _ key: UnsafeRawBufferPointer)
    /// Deletes the rows from `lower` (inclusive) to `upper` (exclusive), of any family but ``Family/state``.
    func deleteRange(_ family: Family, from lower: [UInt8], to upper: [UInt8])
    /// Forgets all changes, and keeps the memory for the next ones.
    func removeAll()
    /// How many bytes the changes take.
    var byteCount: Int { get }
}
