import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

struct StoreRecoveryTests {
    /// Counts how often each shard's blocks are read.
    private final class CountingDisk: Disk {
        let disk = SimulatedDisk()
        let reads = Mutex<[UInt8: Int]>([:])

        func get(
            _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
        ) throws(StoreError) -> Bool { try unsafe disk.get(family, key, body) }

        func scan(
            _ family: Family, from lower: [UInt8], to upper: [UInt8],
            _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
        ) throws(StoreError) {
            if family == .batches { reads.withLock { $0[lower[1], default: 0] += 1 } }
            try unsafe disk.scan(family, from: lower, to: upper, visit)
        }

        func makeBatch() -> any DiskBatch { disk.makeBatch() }
        func snapshot() throws(StoreError) -> any DiskSnapshot { try disk.snapshot() }
        func write(_ batch: any DiskBatch) throws(StoreError) { try disk.write(batch) }
        func sync() throws(StoreError) { try disk.sync() }
    }

    /// Those of the other threads were once recovered twice, after which rows were lost and came back.
    @Test(arguments: 1...4) func everyStoreIsRecoveredOnce(threads: Int) throws {
        let disk = CountingDisk()
        let stores = (0..<8).map { shard in
            ShardStore(
                shard: shard, disk: disk,
                limits: ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 1 << 20))
        }
        let found = try StoreRecovery.recover(stores, threads: threads)
        #expect(found.count == 8)
        #expect(disk.reads.withLock { $0 } == Dictionary(uniqueKeysWithValues: (UInt8(0)..<8).map { ($0, 1) }))
    }
}
