import Foundation
import TestKit
import Testing

@testable import MillraceStore

/// Damaged files are told, and never answered with fewer rows than were durable.
struct DamageTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/data" }
    /// Buffers so small that rows come to lie in files.
    private static let options = RocksDiskOptions(
        memoryBytes: 8 << 20, extra: ["state.write_buffer_size": "65536", "disable_auto_compactions": "true"])

    /// A directory with rows in files and rows in the log.
    init() throws {
        directory = try TemporaryDirectory()
        let disk = try open()
        for row in 0..<1000 { try disk.write(.state, [("key-\(row)", String(repeating: "\(row)", count: 100))]) }
        try disk.sync()
        let deadline = ContinuousClock.now + .seconds(10)
        while try directory.files(".sst", under: "/data").isEmpty && ContinuousClock.now < deadline { usleep(10_000) }
        disk.close()
    }

    private func open() throws(StoreError) -> RocksDisk {
        try RocksDisk.open(directory: path, options: Self.options)
    }

    private func readAll() throws {
        let disk = try open()
        defer { disk.close() }
        for row in 0..<1000 where try disk.value(.state, "key-\(row)") == nil {
            Issue.record("row \(row) is missing and nobody said so")
        }
    }

    @Test func flippedByteInARowsFile() throws {
        for file in try directory.files(".sst", under: "/data") { try flipByte(of: file, at: 2000) }
        expect(.damaged) { try readAll() }
    }

    @Test func flippedByteInTheEndOfARowsFile() throws {
        // The last bytes are the magic number by which RocksDB knows its files.
        for file in try directory.files(".sst", under: "/data") { try flipByte(of: file, at: -3) }
        expect(.damaged) { try readAll() }
    }

    @Test func missingRowsFile() throws {
        try FileManager.default.removeItem(atPath: #require(try directory.files(".sst", under: "/data").first))
        expect(.damaged) { try readAll() }
    }

    @Test func truncatedRowsFile() throws {
        let file = try #require(try directory.files(".sst", under: "/data").first)
        try cut(file, to: 3000)
        expect(.damaged) { try readAll() }
    }

    @Test func flippedByteInTheManifest() throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: path) where file.hasPrefix("MANIFEST") {
            try flipByte(of: path + "/" + file, at: 40)
        }
        expect(.damaged) { try readAll() }
    }

    @Test(arguments: ["MANIFEST-000000\n", "MANIFEST-999999\n", "", "x"]) func wrongCurrent(text: String) throws {
        try text.write(toFile: path + "/CURRENT", atomically: false, encoding: .utf8)
        expect(.damaged) { try readAll() }
    }

    @Test func missingCurrent() throws {
        try FileManager.default.removeItem(atPath: path + "/CURRENT")
        expect(.damaged) { try readAll() }
    }

    @Test func flippedByteInTheLog() throws {
        let log = try newestLog()
        try flipByte(of: log, at: 1000)
        expect(.damaged) { try readAll() }
        // It was not touched: with the byte as it was, all is there.
        try flipByte(of: log, at: 1000)
        try readAll()
    }

    /// RocksDB takes zeros in the place of a record for room that was reserved, and goes on with the next of its blocks of 32 KiB.
    @Test func zerosInTheLog() throws {
        let copy = try copyOfALog(of: 40)
        let log = try #require(try directory.files(".log", under: "/copy/log").last)
        let place = try placeOfBlock(2, in: log)
        try clear(log, place + 3 * 4096..<place + 8 * 4096)
        expect(.damaged) { _ = try RocksDisk.open(directory: copy, options: RocksDiskOptions()) }
        expect(.damaged) { _ = try RocksDisk.open(directory: copy, options: RocksDiskOptions()) }
    }

    /// A disk may have written the later ones of some pages when the power fails, and not the earlier ones.
    @Test func zerosInTheTornEndOfTheLog() throws {
        let copy = try copyOfALog(of: 40, synced: 16)
        let log = try #require(try directory.files(".log", under: "/copy/log").last)
        let place = try placeOfBlock(3, in: log)
        try clear(log, place + 3 * 4096..<place + 8 * 4096)
        for _ in 0..<2 {
            let torn = try RocksDisk.open(directory: copy)
            let found = try (0..<40).filter { try torn.value(.state, key($0)) != nil }
            #expect(found == Array(0..<19))
            torn.close()
        }
    }

    @Test func truncatedLog() throws {
        try cut(newestLog(), to: 1000)
        expect(.damaged) { try readAll() }
        expect(.damaged) { try readAll() }
    }

    @Test func missingLog() throws {
        try FileManager.default.removeItem(atPath: newestLog())
        expect(.damaged) { try readAll() }
    }

    /// What was never synced may be torn by a power failure: such a log is opened, up to the tear.
    @Test(arguments: [1, 5, 30]) func tornEndOfTheLog(missingBytes: Int) throws {
        let disk = try open()
        try disk.sync()
        try disk.write(.state, [("late", "1")])
        try disk.write(.state, [("later", "2")])
        let copy = directory.path + "/copy"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        disk.close()
        let log = try #require(try directory.files(".log", under: "/copy/log").last)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int)
        try cut(log, to: size - missingBytes)
        for _ in 0..<2 {
            let torn = try RocksDisk.open(directory: copy, options: Self.options)
            #expect(try torn.value(.state, "key-999") != nil)
            #expect(try torn.value(.state, "late") == (missingBytes < 30 ? "1" : nil))
            #expect(try torn.value(.state, "later") == nil)
            try torn.write(.state, [("new", "3")])
            try torn.sync()
            torn.close()
        }
        let again = try RocksDisk.open(directory: copy, options: Self.options)
        #expect(try again.value(.state, "new") == "3")
    }

    @Test func flippedByteInTheTornEndOfTheLog() throws {
        let disk = try open()
        try disk.sync()
        try disk.write(.state, [("late", "1")])
        let copy = directory.path + "/copy"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        disk.close()
        try flipByte(of: #require(try directory.files(".log", under: "/copy/log").last), at: -3)
        let torn = try RocksDisk.open(directory: copy, options: Self.options)
        #expect(try torn.value(.state, "key-999") != nil)
        #expect(try torn.value(.state, "late") == nil)
    }

    @Test func unreadableMark() throws {
        try "garbage".write(toFile: SyncedMark.path(in: path), atomically: false, encoding: .utf8)
        try readAll()
        try flipByte(of: SyncedMark.path(in: path), at: 3)
        try readAll()
    }

    private func key(_ row: Int) -> String { "key" + (row < 10 ? "0" : "") + "\(row)" }

    /// A copy of a directory with so many rows in its log, each in a record of 4 KiB, eight to a block.
    private func copyOfALog(of rows: Int, synced: Int? = nil) throws -> String {
        let original = directory.path + "/original"
        let copy = directory.path + "/copy"
        let disk = try RocksDisk.open(directory: original)
        defer { disk.close() }
        // So that they begin with a block.
        let log = try #require(try directory.files(".log", under: "/original/log").last)
        let used = try #require(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int)
        try disk.write(.state, [("key", String(repeating: "x", count: (32 << 10) - used - 25 - 3))])
        for row in 0..<rows {
            if row == synced { try disk.sync() }
            try disk.write(.state, [(key(row), String(repeating: "\(row % 10)", count: 4096 - 24 - 5))])
        }
        if synced == nil { try disk.sync() }
        try FileManager.default.copyItem(atPath: original, toPath: copy)
        return copy
    }

    /// Where a block of a log begins, which a record has to begin with it.
    private func placeOfBlock(_ number: Int, in log: String) throws -> Int {
        let place = number * 32_768
        let type = try Data(contentsOf: URL(filePath: log))[place + 6]
        #expect(type == 1, "a whole record")
        return place
    }

    private func newestLog() throws -> String {
        let logs = try directory.files(".log", under: "/data/log").filter {
            (try FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int ?? 0) > 2000
        }
        return try #require(logs.last)
    }
}
