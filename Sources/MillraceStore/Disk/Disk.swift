/// What a store keeps its rows on: RocksDB, or the simulator's disk.
///
/// Writes are atomic and ordered: after a crash the disk holds what some prefix of the writes left, and that prefix has at
/// least everything that was written before the last ``sync()`` began. Functions may be called from any thread; pointers live only during the
/// call they are passed to.
package protocol Disk: AnyObject, Sendable {
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

    /// An empty batch for ``write(_:)`` of this disk. A batch is used by one thread at a time.
    func makeBatch() -> any DiskBatch

    /// Writes a batch as a whole, without waiting for the physical disk, and leaves the batch as it is.
    func write(_ batch: any DiskBatch) throws(StoreError)

    /// Makes everything durable that was written before the call. Blocks for the time of an fsync.
    func sync() throws(StoreError)
}

/// Changes to rows that are written as a whole.
package protocol DiskBatch: AnyObject {
    func put(_ family: Family, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer)
    func delete(_ family: Family, _ key: UnsafeRawBufferPointer)
    /// Deletes the rows from `lower` (inclusive) to `upper` (exclusive).
    func deleteRange(_ family: Family, from lower: [UInt8], to upper: [UInt8])
    /// Forgets all changes, and keeps the memory for the next ones.
    func removeAll()
    /// How many bytes the changes take.
    var byteCount: Int { get }
}
