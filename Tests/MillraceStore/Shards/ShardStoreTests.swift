import MillraceTesting
import Testing

@testable import MillraceStore

/// What a shard's store holds, compared with dictionaries that hold the same.
struct ShardStoreTests {
    @Test(arguments: UInt64(1)...60)
    func holdsWhatAModelHolds(seed: UInt64) throws {
        let store = ModelledStore(seed: seed)
        for _ in 0..<500 { try store.step() }
        try store.check()
    }

    @Test func findsValuesDecoded() throws {
        var found = 0
        for seed in UInt64(1)...60 {
            let store = ModelledStore(seed: seed)
            for _ in 0..<500 { try store.step() }
            found += store.decodedReads
        }
        #expect(found > 40)
    }

    /// However often a batch changes a value that is kept decoded, it becomes bytes once.
    @Test func encodesAValueOnceABatch() throws {
        let disk = SimulatedDisk()
        var encoded = 0
        let store = ShardStore(
            shard: 0, disk: disk, limits: ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 1 << 20),
            encodeValue: { value, bytes in
                encoded += 1
                ModelledValue.encode(value, &bytes)
            })
        let key: [UInt8] = [0, 0, 1, 83, 0, 0, 0, 1, 107, 118]
        for batch in UInt8(1)...3 {
            for value in UInt8(1)...50 {
                store.beginInvocation()
                unsafe key.withUnsafeBytes {
                    unsafe store.putDecoded(
                        .state, $0, ModelledValue([batch, value]), byteCount: 2, objectCount: 9)
                }
                // The last one fails.
                if value < 50 { store.keepInvocation() } else { store.rollBackInvocation() }
            }
            try store.end(disk)
            #expect(encoded == Int(batch))
            let bytes = try unsafe key.withUnsafeBytes {
                try unsafe store.get(.state, $0, objectCount: 9).map { unsafe [UInt8]($0) }
            }
            #expect(bytes == [batch, 49])
        }
        #expect(encoded == 3)
    }

    @Test(arguments: UInt64(1)...60)
    func holdsWhatAModelHoldsOverCrashes(seed: UInt64) throws {
        let store = ModelledStore(seed: seed)
        for _ in 0..<12 {
            for _ in 0..<60 { try store.step() }
            try store.crash()
        }
    }

    /// The k-th write or sync is the process's last, for every k.
    @Test(arguments: UInt64(1)...12)
    func survivesACrashAtEveryWrite(seed: UInt64) throws {
        let whole = ModelledStore(seed: seed)
        for _ in 0..<150 { try whole.step() }
        #expect(whole.disk.operations > 10)
        for last in 0..<whole.disk.operations {
            let store = ModelledStore(seed: seed)
            store.disk.left = last
            #expect(throws: CrashingDisk.crash) {
                for _ in 0..<150 { try store.step() }
            }
            try store.crash()
            for _ in 0..<20 { try store.step() }
            try store.check("after write \(last) failed")
        }
    }

    // MARK: What went wrong once

    /// A queue that empties and fills again uses the keys of its rows again. The new row came beside the one whose deletion
    /// was on its way to the family, and one of the two got lost.
    @Test func rowThatIsNewAgainReplacesItsDeletion() throws {
        let disk = SimulatedDisk()
        let limits = ShardLimits(overlayBytes: 1, blockBytes: 1 << 20, tableBytes: 1 << 20)
        let store = ShardStore(shard: 0, disk: disk, limits: limits)
        try store.set("q1", "first")
        try store.end(disk)
        try store.writeBack(disk)
        try store.set("q1", nil)
        try store.end(disk)
        try store.set("q1", "second")
        #expect(try store.text("q1") == "second")
        try store.set("q1", nil)
        try store.end(disk)
        #expect(try store.text("q1") == nil)
        try store.writeBack(disk)
        #expect(try store.text("q1") == nil)
        #expect(disk.rowCount(.inbox) == 0)
    }

    @Test func newRowThatGoesBeforeTheWriteBackNeverReachesItsFamily() throws {
        let disk = SimulatedDisk()
        let limits = ShardLimits(overlayBytes: 1, blockBytes: 1 << 20, tableBytes: 1 << 20)
        let store = ShardStore(shard: 0, disk: disk, limits: limits)
        try store.set("q1", "gone")
        try store.set("q2", "kept")
        try store.end(disk)
        try store.set("q1", nil)
        try store.end(disk)
        let before = disk.writeCount
        try store.writeBack(disk)
        #expect(disk.rowCount(.inbox) == 1)
        // The rows, and the number of the batch.
        #expect(disk.writeCount == before + 2)
    }

    /// A full overlay ages while the next one fills, and what goes meanwhile is not written; what changes meanwhile is written as it
    /// is then, and its blocks stay.
    @Test func rowThatGoesWhileItsOverlayAgesNeverReachesItsFamily() throws {
        let disk = SimulatedDisk()
        let limits = ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 1 << 20)
        let store = ShardStore(shard: 0, disk: disk, limits: limits)
        try store.set("q1", "short")
        try store.set("q2", "long")
        try store.end(disk)
        #expect(store.freeze(commit: 0, released: 1) == nil)
        try store.set("q1", nil)
        try store.set("q2", "changed")
        try store.set("q3", "new")
        try store.end(disk)
        let job = try #require(store.freeze(commit: 0, released: 2))
        #expect(job.upToBatch == 1)
        var run = WriteBackRun(job, on: disk, batch: disk.makeBatch())
        while try !run.step() {}
        store.collectWriteBack()
        #expect(disk.rowCount(.inbox) == 1)
        #expect(disk.rowCount(.batches) == 1)
        let again = ShardStore(shard: 0, disk: disk, limits: limits)
        _ = try again.recover()
        #expect(try again.text("q1") == nil)
        #expect(try again.text("q2") == "changed")
        #expect(try again.text("q3") == "new")
    }

    /// However many rows each batch brings, those that are written back make room for them.
    @Test func memoryStaysWithinItsLimit() throws {
        let disk = SimulatedDisk()
        let limits = ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 4 << 20)
        let store = ShardStore(shard: 0, disk: disk, limits: limits)
        let value = [UInt8](repeating: 7, count: 50)
        for batch in 0..<20 {
            for row in 0..<20_000 {
                let key = "row \(batch * 20_000 + row)"
                unsafe key.utf8.span.withUnsafeBytes { key in
                    unsafe value.withUnsafeBytes { unsafe store.put(.inbox, key, $0) }
                }
            }
            try store.end(disk)
            try store.writeBack(disk)
            store.evict()
            let statistics = store.statistics
            #expect(statistics.dirtyBytes == 0)
            #expect(statistics.tableBytes <= limits.tableBytes, "after batch \(batch)")
        }
    }

    @Test func damagedBlockIsAnErrorThatNamesIt() throws {
        let disk = SimulatedDisk()
        let limits = ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 1 << 20)
        let store = ShardStore(shard: 0, disk: disk, limits: limits)
        for value in ["1", "2", "3"] {
            try store.put("m", value)
            try store.end(disk)
        }
        let batch = disk.makeBatch()
        batch.put(.batches, [0, 0, 0, 0, 0, 0, 0, 0, 0, 2], [UInt8](repeating: 7, count: 40))
        try disk.write(batch)
        let error = #expect(throws: StoreError.self) {
            try ShardStore(shard: 0, disk: disk, limits: limits).recover()
        }
        #expect(error?.description.contains("after block 1: a block's checksum is wrong") ?? false)
    }

    @Test func missingBlockIsAnErrorThatNamesItsNeighbours() throws {
        let disk = SimulatedDisk()
        let limits = ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 1 << 20)
        let store = ShardStore(shard: 0, disk: disk, limits: limits)
        for value in ["1", "2", "3"] {
            try store.put("m", value)
            try store.end(disk)
        }
        let batch = disk.makeBatch()
        let key: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
        unsafe key.withUnsafeBytes { unsafe batch.delete(.batches, $0) }
        try disk.write(batch)
        let error = #expect(throws: StoreError.self) {
            try ShardStore(shard: 0, disk: disk, limits: limits).recover()
        }
        #expect(error?.description.contains("no block between 1 and 3") ?? false)
    }
}

extension ShardStore {
    /// Adds a row of `inbox` that does not exist, or deletes one.
    fileprivate func set(_ key: String, _ value: String?) throws {
        let key = [0, 0] + Array(key.utf8)
        unsafe key.withUnsafeBytes { key in
            guard let value else { return unsafe delete(.inbox, key) }
            unsafe Array(value.utf8).withUnsafeBytes { unsafe putNew(.inbox, key, $0) }
        }
    }

    fileprivate func put(_ key: String, _ value: String) throws {
        let key = [0, 0] + Array(key.utf8)
        unsafe key.withUnsafeBytes { key in
            unsafe Array(value.utf8).withUnsafeBytes { unsafe put(.meta, key, $0) }
        }
    }

    fileprivate func text(_ key: String) throws -> String? {
        let key = [0, 0] + Array(key.utf8)
        return try unsafe key.withUnsafeBytes {
            try unsafe get(.inbox, $0).map { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    fileprivate func end(_ disk: SimulatedDisk) throws {
        let batch = disk.makeBatch()
        _ = unsafe endBatch(into: batch, messages: UnsafeRawBufferPointer(start: nil, count: 0))
        try disk.write(batch)
    }

    fileprivate func writeBack(_ disk: SimulatedDisk) throws {
        // The overlay that is being filled, too.
        for _ in 0..<2 {
            guard let job = freeze(commit: 0, released: lastBatch) else { continue }
            var run = WriteBackRun(job, on: disk, batch: disk.makeBatch())
            while try !run.step() {}
            collectWriteBack()
        }
    }
}

extension SimulatedDisk {
    fileprivate func rowCount(_ family: Family) -> Int {
        var count = 0
        try? unsafe scan(family, from: [], to: [0xff, 0xff, 0xff]) { _, _ in
            count += 1
            return true
        }
        return count
    }
}
