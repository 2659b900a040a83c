import MillraceStore
import MillraceTesting

/// A simulated disk whose process dies at a given write or sync: that one, and all that follow, throw.
///
/// Used by one thread at a time; that makes `@unchecked Sendable` true.
final class CrashingDisk: Disk, @unchecked Sendable {
    static let crash = StoreError.failed(directory: "test", reason: "crash")

    let disk = SimulatedDisk()
    /// How many writes and syncs succeed.
    var left = Int.max
    /// How many writes and syncs there were.
    private(set) var operations = 0

    func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool {
        try unsafe disk.get(family, key, body)
    }

    func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        try unsafe disk.scan(family, from: lower, to: upper, visit)
    }

    func makeBatch() -> any DiskBatch { disk.makeBatch() }

    func snapshot() throws(StoreError) -> any DiskSnapshot { try disk.snapshot() }

    func write(_ batch: any DiskBatch) throws(StoreError) {
        try step()
        try disk.write(batch)
    }

    func sync() throws(StoreError) {
        try step()
        try disk.sync()
    }

    private func step() throws(StoreError) {
        guard left > 0 else { throw Self.crash }
        left -= 1
        operations += 1
    }
}
