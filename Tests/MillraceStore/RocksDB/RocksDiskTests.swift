import MillraceStore
import TestKit
import Testing

/// Rows, batches and the life of a ``RocksDisk``.
struct RocksDiskTests {
    private let directory: TemporaryDirectory
    private let disk: RocksDisk

    init() throws {
        directory = try TemporaryDirectory()
        disk = try RocksDisk.open(directory: directory.path + "/a/b")
    }

    @Test func readsWhatItWrote() throws {
        let batch = disk.makeBatch()
        batch.put(.state, "a", "1")
        batch.put(.meta, "a", "2")
        batch.put(.state, "", "")
        try disk.write(batch)
        #expect(try disk.value(.state, "a") == "1")
        #expect(try disk.value(.meta, "a") == "2")
        #expect(try disk.value(.state, "") == "")
        #expect(try disk.value(.state, "b") == nil)
        #expect(try disk.value(.timers, "a") == nil)
    }

    @Test func batchStaysUntilCleared() throws {
        let batch = disk.makeBatch()
        batch.put(.state, "a", "1")
        try disk.write(batch)
        let size = batch.byteCount
        try disk.write(.state, [("a", "2")])
        try disk.write(batch)
        #expect(try disk.value(.state, "a") == "1")
        batch.removeAll()
        #expect(batch.byteCount < size)
        batch.delete(.state, "a")
        try disk.write(batch)
        #expect(try disk.value(.state, "a") == nil)
    }

    @Test func scansARangeInOrder() throws {
        try disk.write(.inbox, [("c", "3"), ("a", "1"), ("d", "4"), ("b", "2")])
        #expect(try disk.rows(.inbox, from: "b", to: "d") == [["b", "2"], ["c", "3"]])
        #expect(try disk.rows(.inbox, from: "x", to: "z") == [])
        var seen = 0
        try unsafe disk.scan(.inbox, from: [], to: [0xff]) { _, _ in
            seen += 1
            return seen < 2
        }
        #expect(seen == 2)
    }

    @Test func scanIsOneView() throws {
        try disk.write(.inbox, [("a", "1"), ("b", "2"), ("c", "3")])
        var keys: [String] = []
        try unsafe disk.scan(.inbox, from: [], to: [0xff]) { key, _ in
            keys.append(unsafe String(decoding: key, as: UTF8.self))
            let batch = disk.makeBatch()
            batch.delete(.inbox, "b")
            batch.put(.inbox, "bb", "new")
            try? disk.write(batch)
            return true
        }
        #expect(keys == ["a", "b", "c"])
        #expect(try disk.rows(.inbox, from: "a", to: "z") == [["a", "1"], ["bb", "new"], ["c", "3"]])
    }

    @Test func deletesARange() throws {
        try disk.write(.batches, [("a", "1"), ("b", "2"), ("c", "3")])
        let batch = disk.makeBatch()
        batch.deleteRange(.batches, from: [UInt8(ascii: "a")], to: [UInt8(ascii: "c")])
        try disk.write(batch)
        #expect(try disk.rows(.batches, from: "a", to: "z") == [["c", "3"]])
    }

    /// As blocks come and go: rows are put in order, and ranges of them deleted, under the same prefix, in turns.
    @Test func deletesRangesBetweenWrites() throws {
        func key(_ number: UInt64) -> [UInt8] {
            [0, 1] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
        let batch = disk.makeBatch()
        for number in UInt64(1)...20_000 {
            batch.removeAll()
            let row = key(number)
            unsafe row.withUnsafeBytes { unsafe batch.put(.batches, $0, $0) }
            if number % 10 == 0 { batch.deleteRange(.batches, from: key(0), to: key(number - 5)) }
            try disk.write(batch)
        }
        var count = 0
        try unsafe disk.scan(.batches, from: key(0), to: key(.max)) { _, _ in
            count += 1
            return true
        }
        #expect(count == 6)
    }

    @Test func keepsRowsAcrossClose() throws {
        try disk.write(.state, [("a", "1")])
        try disk.sync()
        try disk.write(.state, [("b", "2")])
        disk.close()
        let again = try RocksDisk.open(directory: disk.directory)
        #expect(try again.rows(.state, from: "a", to: "z") == [["a", "1"], ["b", "2"]])
    }

    @Test func useAfterCloseThrows() throws {
        let batch = disk.makeBatch()
        batch.put(.state, "a", "1")
        disk.close()
        disk.close()
        let closed = StoreError.failed(directory: disk.directory, reason: "it was closed")
        batch.put(.state, "b", "2")
        batch.delete(.state, "b")
        batch.deleteRange(.batches, from: [], to: [1])
        batch.removeAll()
        #expect(throws: closed) { try disk.write(batch) }
        #expect(throws: closed) { try disk.value(.state, "a") }
        #expect(throws: closed) { try disk.rows(.state, from: "a", to: "b") }
        #expect(throws: closed) { try disk.sync() }
        #expect(throws: closed) { try disk.fixedSetting("format") }
        #expect(disk.statistics().isEmpty)
    }

    @Test func closesWhileOthersUseIt() async throws {
        try disk.write(.state, [("a", "1")])
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { [disk] in
                    for index in 0... {
                        do {
                            _ = try disk.value(.state, "a")
                            try disk.write(.state, [("\(index)", "x")])
                            try disk.sync()
                            if writer == 0 && index == 50 { disk.close() }
                        } catch { return }
                        await Task.yield()
                    }
                }
            }
        }
        #expect(throws: StoreError.self) { try disk.value(.state, "a") }
    }

    @Test func writesAndSyncsFromManyThreads() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { [disk] in
                    for index in 0..<100 {
                        try disk.write(.state, [("\(writer)-\(index)", "\(index)")])
                        if index % 10 == 0 { try disk.sync() }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try disk.rows(.state, from: "0", to: "9").count == 400)
    }

    @Test func fixesSettings() throws {
        #expect(try disk.fixedSetting("format") == "\(RocksDisk.format)")
        #expect(try disk.fixedSetting("shards") == nil)
        try disk.fix("shards", as: "24")
        try disk.fix("shards", as: "24")
        #expect(try disk.fixedSetting("shards") == "24")
        let other = StoreError.settingFixed(
            directory: disk.directory, setting: "shards", stored: "24", configured: "12")
        #expect(throws: other) { try disk.fix("shards", as: "12") }
    }

    @Test func tellsStatistics() throws {
        try disk.write(.state, [("a", "1")])
        let figures = Dictionary(uniqueKeysWithValues: disk.statistics().map { ($0.name, $0.value) })
        #expect(figures["memtable_bytes"].map { $0 > 0 } == true)
        #expect(figures["rows_estimate"].map { $0 >= 2 } == true)
        #expect(figures["write_stopped"] == 0)
        #expect(figures["level0_files"] == 0)
        #expect(figures.keys.contains("block_cache_bytes"))
    }

    @Test func setsExtraOptions() throws {
        disk.close()
        let extra = ["write_buffer_size": "1048576", "state.block_based_table_factory": "{block_size=8192}"]
        let again = try RocksDisk.open(directory: disk.directory, options: RocksDiskOptions(extra: extra))
        again.close()
    }

    @Test(arguments: [
        ("no_such_option", "1"), ("write_buffer_size", "large"), ("nowhere.write_buffer_size", "1"),
        ("manual_wal_flush", "true"), ("state.comparator", "rocksdb.ReverseBytewiseComparator"), ("", "1"),
        ("write_buffer_size", ""), ("write_buffer_size", "1;unordered_write=true"), ("a=b;c", "1"),
        ("batches.memtable_insert_with_hint_prefix_extractor", "rocksdb.FixedPrefix.2"),
    ])
    func refusesExtraOption(name: String, value: String) throws {
        let error = #expect(throws: StoreError.self) {
            try RocksDisk.open(directory: directory.path + "/c", options: RocksDiskOptions(extra: [name: value]))
        }
        guard case .invalidOption(name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
