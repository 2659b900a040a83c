import Foundation
import TestKit
import Testing

@testable import MillraceStore

/// What is left of a log when the power fails: of pages that were written since the last sync the disk has any, in no order.
///
/// Made of two states of the log's files, one as of the last sync, and one of the end. Whatever pages of the later one are there, the
/// directory opens, with some of the first writes, all that were synced among them.
struct PowerFailureTests {
    private let directory: TemporaryDirectory
    private static let pageBytes = 4096

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [true, false], [true, false])
    func someOfTheFirstWritesAreThere(preparesLog: Bool, inFiles: Bool) throws {
        var options = RocksDiskOptions()
        options.preparesLog = preparesLog
        if inFiles {
            // RocksDB begins a new file of the log whenever a buffer is full, and it is to be long until it writes them out.
            options.extra = [
                "state.write_buffer_size": "65536", "state.arena_block_size": "4096",
                "state.max_write_buffer_number": "40", "state.min_write_buffer_number_to_merge": "40",
            ]
        }
        var lost = 0
        for seed in UInt64(1)...50 {
            var random = SeededGenerator(seed: seed)
            let path = directory.path + "/\(seed)"
            let rows = try fail(path, options, &random)
            let disk = try RocksDisk.open(directory: path + "-left", options: options)
            let found = try (0..<rows.written).filter { try disk.value(.state, "key-\($0)") != nil }
            #expect(found == Array(0..<found.count), "seed \(seed): not the first ones")
            #expect(found.count >= rows.synced, "seed \(seed): of \(rows.synced) that were synced")
            lost += rows.written - found.count
            // And it goes on.
            try disk.write(.state, [("later", "1")])
            try disk.sync()
            disk.close()
            let again = try RocksDisk.open(directory: path + "-left", options: options)
            #expect(try again.value(.state, "later") == "1")
            #expect(try (0..<rows.written).filter { try again.value(.state, "key-\($0)") != nil } == found)
        }
        #expect(lost > 100)
    }

    /// Writes rows, and makes of the directory what a power failure might leave, beside it.
    private func fail(
        _ path: String, _ options: RocksDiskOptions, _ random: inout SeededGenerator
    ) throws -> (synced: Int, written: Int) {
        let disk = try RocksDisk.open(directory: path, options: options)
        defer { disk.close() }
        let synced = Int.random(in: 40..<150, using: &random)
        // 0: records of a page, which begin where pages do.
        let largest = [0, 50, 500, 5_000, 40_000].randomElement(using: &random) ?? 50
        if largest == 0 {
            let used = try #require(try logs(path).values.first).count
            let count = 32_768 - used - Self.recordBytes(key: 4, value: 20_000)
            try disk.write(.state, [("room", String(repeating: "x", count: count))])
        }
        for row in 0..<synced {
            try write(row, largest, to: disk, &random)
            if row % 3 == 0 || row == synced - 1 { try disk.sync() }
            if disk.wantsPreparation { disk.prepare() }
        }
        let before = try logs(path)
        try FileManager.default.copyItem(atPath: path, toPath: path + "-left")
        let written = synced + Int.random(in: 1..<40, using: &random)
        for row in synced..<written { try write(row, largest, to: disk, &random) }
        for (name, end) in try logs(path) {
            let left = mix(before[name] ?? Data(), end, &random)
            try left.write(to: URL(filePath: path + "-left/log/" + name))
        }
        return (synced, written)
    }

    private func write(_ row: Int, _ largest: Int, to disk: RocksDisk, _ random: inout SeededGenerator) throws {
        let key = "key-\(row)"
        let count =
            largest == 0
            ? Self.pageBytes - Self.recordBytes(key: key.count, value: 4_000)
            : Int.random(in: 0...largest, using: &random)
        try disk.write(.state, [(key, String(repeating: "\(row % 10)", count: count))])
    }

    /// How many bytes RocksDB puts around a value of about that size, in a log.
    private static func recordBytes(key: Int, value: Int) -> Int {
        let headers = 7 * (1 + value / 32_768)
        return headers + 12 + 3 + key + (value < 16_384 ? 2 : 3)
    }

    private func logs(_ path: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path + "/log").filter { $0.hasSuffix(".log") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: path + "/log/" + $0))) })
    }

    /// Some pages as they were, and some as they are. A file that is longer than it was may be that already, with zeros in the place of
    /// pages that are not there.
    private func mix(_ before: Data, _ end: Data, _ random: inout SeededGenerator) -> Data {
        var left = before
        if end.count > before.count {
            let count = Int.random(in: before.count...end.count, using: &random)
            left += Data(count: count - before.count)
        }
        let chance = Int.random(in: 1...3, using: &random)
        for page in stride(from: 0, to: left.count, by: Self.pageBytes)
        where Int.random(in: 0...3, using: &random) < chance {
            let places = page..<min(page + Self.pageBytes, left.count, end.count)
            if !places.isEmpty { left.replaceSubrange(places, with: end[places]) }
        }
        return left
    }
}
