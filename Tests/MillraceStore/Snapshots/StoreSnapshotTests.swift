import MillraceTesting
import TestKit
import Testing

@testable import MillraceStore

@Suite(.timeLimit(.minutes(5)))
struct StoreSnapshotTests {
    /// Three shards work, freeze, write back and forget blocks; snapshots taken on the way must go on showing what a model had
    /// when each was taken.
    @Test(arguments: UInt64(1)...60)
    func showsWhatWasCommittedWhenItWasTaken(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let disk = SimulatedDisk()
        let store = Store(disk: disk)
        let shards = (0..<3).map { shard in
            ShardStore(
                shard: shard, disk: disk,
                limits: ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 4 << 10))
        }
        var committed = SnapshotModel()
        var taken: [(snapshot: StoreSnapshot, model: SnapshotModel)] = []
        var runs: [WriteBackRun] = []
        for _ in 0..<200 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let batch = disk.makeBatch()
                for (index, shard) in shards.enumerated() where random.chance(70) {
                    for _ in 0..<Int.random(in: 1...6, using: &random) {
                        committed.change(shard, index, using: &random)
                    }
                    if shard.hasChanges {
                        _ = unsafe shard.endBatch(into: batch, messages: .init(start: nil, count: 0))
                    }
                }
                _ = try store.commit(batch)
                for shard in shards {
                    shard.collectWriteBack()
                    shard.evict()
                }
            case 5:
                _ = try store.syncOnce()
            case 6:
                let shard = shards[Int.random(in: 0..<3, using: &random)]
                if !shard.isWritingBack, shard.statistics.dirtyRows > 0,
                    let job = shard.freeze(commit: store.latestCommit, released: shard.lastBatch)
                {
                    store.enqueue(job)
                }
            case 7, 8:
                if runs.isEmpty || random.chance(30), let job = store.nextWriteBack() {
                    runs.append(WriteBackRun(job, on: disk, batch: disk.makeBatch(), writeBytes: 64))
                }
                for at in runs.indices.reversed() where try runs[at].step() { runs.remove(at: at) }
            default:
                let snapshot = try store.snapshot()
                // Some are looked at only later, when their shards have gone on.
                if random.chance(50) { try committed.expect(snapshot, using: &random) }
                taken.append((snapshot, committed))
                if taken.count > 3 {
                    let (old, model) = taken.removeFirst()
                    try model.expect(old, using: &random)
                    old.close()
                }
            }
        }
        for (snapshot, model) in taken {
            try model.expect(snapshot, using: &random)
            snapshot.close()
        }
        #expect(disk.openSnapshots == 0)
    }

    @Test func saysWhichBatchItShows() throws {
        let disk = SimulatedDisk()
        let store = Store(disk: disk)
        let shard = ShardStore(
            shard: 5, disk: disk, limits: ShardLimits(overlayBytes: 1 << 20, blockBytes: 1 << 20, tableBytes: 1 << 20))
        #expect(try store.snapshot().shard(5).lastBatch == 0)
        var model = SnapshotModel()
        var random = SeededGenerator(seed: 1)
        for number in UInt64(1)...3 {
            let batch = disk.makeBatch()
            repeat { model.change(shard, 5, using: &random) } while !shard.hasChanges
            _ = unsafe shard.endBatch(into: batch, messages: .init(start: nil, count: 0))
            _ = try store.commit(batch)
            #expect(try store.snapshot().shard(5).lastBatch == number)
        }
    }

    @Test func refusesADamagedBlock() throws {
        let disk = SimulatedDisk()
        let batch = disk.makeBatch()
        batch.put(.batches, WriteBackRun.blockKey(2, 1), [1, 2, 3])
        try disk.write(batch)
        let snapshot = try Store(disk: disk).snapshot()
        #expect(throws: StoreError.damaged(directory: "", reason: "shard 2, after block 0: a block is cut short")) {
            _ = try snapshot.shard(2)
        }
        #expect(try snapshot.shard(1).lastBatch == 0)
    }

    @Test func throwsOnceItIsClosed() throws {
        let snapshot = try Store(disk: SimulatedDisk()).snapshot()
        let shard = try snapshot.shard(0)
        snapshot.close()
        let seen = { try unsafe shard.scan(.state) { (_, _) in true } }
        #expect(throws: StoreError.self) { try seen() }
    }
}

/// What the shards' rows are, by whole key.
private struct SnapshotModel {
    private var rows: [Family: [[UInt8]: [UInt8]]] = [:]
    private static let families: [Family] = [.state, .inbox, .timers, .meta]

    private static func key(_ shard: Int, _ number: Int) -> [UInt8] {
        [0, UInt8(shard), UInt8(number / 8), 0xff, UInt8(number % 8)]
    }

    /// Changes a row of the shard and of the model.
    mutating func change(_ shard: ShardStore, _ index: Int, using random: inout SeededGenerator) {
        let family = Self.families[Int.random(in: 0..<4, using: &random)]
        let key = Self.key(index, Int.random(in: 0..<40, using: &random))
        if random.chance(30) {
            unsafe key.withUnsafeBytes { unsafe shard.delete(family, $0) }
            rows[family, default: [:]][key] = nil
        } else {
            let value = random.bytes(Int.random(in: 0..<20, using: &random))
            unsafe key.withUnsafeBytes { key in
                unsafe value.withUnsafeBytes { unsafe shard.put(family, key, $0) }
            }
            rows[family, default: [:]][key] = value
        }
    }

    /// Looks at everything there is, and at some prefixes and keys.
    func expect(_ snapshot: StoreSnapshot, using random: inout SeededGenerator) throws {
        for index in 0..<3 {
            let shard = try snapshot.shard(index)
            for family in Self.families {
                let own = (rows[family] ?? [:]).filter { $0.key[1] == UInt8(index) }
                try expect(shard, family, prefix: [], own)
                let prefix = [UInt8.random(in: 0..<5, using: &random)]
                try expect(shard, family, prefix: prefix, own.filter { $0.key[2...].starts(with: prefix) })
                let key = Self.key(index, Int.random(in: 0..<40, using: &random))
                var value: [UInt8]?
                let exists = try unsafe key.span.withUnsafeBytes { key throws(StoreError) in
                    try unsafe shard.get(family, key) { value = unsafe [UInt8]($0) }
                }
                #expect(value == own[key])
                #expect(exists == (own[key] != nil))
            }
        }
    }

    private func expect(
        _ shard: ShardSnapshot, _ family: Family, prefix: [UInt8], _ wanted: [[UInt8]: [UInt8]]
    ) throws {
        var found: [(key: [UInt8], value: [UInt8])] = []
        try unsafe shard.scan(family, prefix: prefix) { key, value in
            // The row of the applied batch is the store's own.
            if family != .meta || key.count > 3 { unsafe found.append(([UInt8](key), [UInt8](value))) }
            return true
        }
        let sorted = wanted.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        #expect(found.map(\.key) == sorted.map(\.key))
        #expect(found.map(\.value) == sorted.map(\.value))
        guard sorted.count > 1 else { return }
        // A visitor that has seen enough is asked no more.
        var visited = 0
        try unsafe shard.scan(family, prefix: prefix) { key, _ in
            if family == .meta && key.count == 3 { return true }
            visited += 1
            return visited < sorted.count / 2 + 1
        }
        #expect(visited == sorted.count / 2 + 1)
    }
}
