package import MillraceEngine
package import MillraceStore
import Synchronization

/// A disk that makes nothing durable while it is held: syncs wait. Any thread.
package final class HeldDisk: Disk {
    private let disk: any Disk
    private let isHeld = Mutex(false)
    private let released = Signal()
    /// Raised when a sync begins to wait.
    package let waits = Signal()

    package init(_ disk: any Disk) { self.disk = disk }

    package func hold() { isHeld.withLock { $0 = true } }

    package func release() {
        isHeld.withLock { $0 = false }
        released.raise()
    }

    package func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool { try unsafe disk.get(family, key, body) }

    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) { try unsafe disk.scan(family, from: lower, to: upper, visit) }

    package func beginMaintenance() throws(StoreError) { try disk.beginMaintenance() }
    package func snapshot() throws(StoreError) -> any DiskSnapshot { try disk.snapshot() }
    package func makeBatch() -> any DiskBatch { disk.makeBatch() }
    package func write(_ batch: any DiskBatch) throws(StoreError) { try disk.write(batch) }

    package func sync() throws(StoreError) {
        while isHeld.withLock({ $0 }) {
            waits.raise()
            released.wait()
        }
        try disk.sync()
    }
}
