import MillraceStore
import Synchronization

@testable import MillraceEngine

/// A disk that makes nothing durable while it is held.
final class HeldDisk: Disk {
    private let disk: any Disk
    private let isHeld = Mutex(false)
    private let released = Signal()

    init(_ disk: any Disk) { self.disk = disk }

    func hold() { isHeld.withLock { $0 = true } }

    func release() {
        isHeld.withLock { $0 = false }
        released.raise()
    }

    func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool { try unsafe disk.get(family, key, body) }

    func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) { try unsafe disk.scan(family, from: lower, to: upper, visit) }

    func beginMaintenance() throws(StoreError) { try disk.beginMaintenance() }
    func snapshot() throws(StoreError) -> any DiskSnapshot { try disk.snapshot() }
    func makeBatch() -> any DiskBatch { disk.makeBatch() }
    func write(_ batch: any DiskBatch) throws(StoreError) { try disk.write(batch) }

    func sync() throws(StoreError) {
        while isHeld.withLock({ $0 }) { released.wait() }
        try disk.sync()
    }
}
