import Foundation
import TestKit
import Testing

@testable import MillraceStore

/// Nothing is brought back of a log that has not all before it, and what is in order is left as it is.
struct LogOrderTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/data" }
    private var logs: String { LogFolder.path(in: path) }
    /// RocksDB begins a file of the log for each 64 KiB.
    private static let smallFiles = ["state.write_buffer_size": "65536", "state.arena_block_size": "4096"]
    /// And keeps them all.
    private static let manyFiles = smallFiles.merging([
        "state.max_write_buffer_number": "40", "state.min_write_buffer_number_to_merge": "40",
    ]) { $1 }

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ rows: Range<Int>, to disk: RocksDisk) throws {
        for row in rows { try disk.write(.state, [("key-\(row)", String(repeating: "x", count: 300))]) }
        try disk.sync()
    }

    private func count(in directory: String, of rows: Int = 1000) throws -> Int {
        let disk = try RocksDisk.open(directory: directory)
        defer { disk.close() }
        return try (0..<rows).filter { try disk.value(.state, "key-\($0)") != nil }.count
    }

    /// A copy of the directory as the end of the process would leave it.
    private func copy() throws -> String {
        let copy = directory.path + "/copy"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
    }

    private func contents(of folder: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".log") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: folder + "/" + $0))) })
    }

    @Test(arguments: [false, true]) func whatIsInOrderIsLeftAlone(preparesLog: Bool) throws {
        var options = RocksDiskOptions(extra: Self.manyFiles)
        options.preparesLog = preparesLog
        let disk = try RocksDisk.open(directory: path, options: options)
        for part in 0..<10 {
            try write(part * 100..<(part + 1) * 100, to: disk)
            for row in 0..<20 {
                try disk.write(.meta, [("m-\(row)", "")])
                try disk.sync()
                if disk.wantsPreparation { disk.prepare() }
            }
        }
        let copy = try copy()
        disk.close()
        let before = try contents(of: copy + "/log")
        #expect(before.count > 2)
        try LogOrder.enforce(in: copy)
        #expect(try contents(of: copy + "/log") == before)
        #expect(try count(in: copy) == 1000)
    }

    @Test func aFileThatEndsTooEarlyIsDamage() throws {
        let disk = try RocksDisk.open(directory: path, options: RocksDiskOptions(extra: Self.manyFiles))
        try write(0..<50, to: disk)
        let early = try contents(of: logs)
        try write(50..<1000, to: disk)
        let copy = try copy()
        disk.close()
        #expect(early.count == 1)
        for (name, bytes) in early { try bytes.write(to: URL(filePath: copy + "/log/" + name)) }
        expect(.damaged) { _ = try count(in: copy) }
        // Where the later ones were not known to be durable, those before them are all that is left.
        try FileManager.default.removeItem(atPath: SyncedMark.path(in: copy))
        let mark = try SyncedMark(directory: copy)
        mark.set(50)
        mark.close()
        #expect(try count(in: copy) == 50)
    }

    /// RocksDB deletes files when it has their rows in others. One of the first may be left when those after it are gone.
    @Test func aFileThatIsNotNeededAnyMoreIsNoneThatEndsTooEarly() throws {
        let options = RocksDiskOptions(logBytes: 256 << 10, extra: Self.smallFiles)
        let disk = try RocksDisk.open(directory: path, options: options)
        try write(0..<50, to: disk)
        let early = try contents(of: logs)
        // It goes when the rows after it have made RocksDB write out its own.
        var rows = 50
        while try rows < 100_000 && contents(of: logs).keys.contains(where: { early[$0] != nil }) {
            try write(rows..<rows + 100, to: disk)
            rows += 100
        }
        disk.close()
        for (name, bytes) in early {
            #expect(!FileManager.default.fileExists(atPath: logs + "/" + name))
            try bytes.write(to: URL(filePath: logs + "/" + name))
        }
        #expect(try count(in: path, of: rows) == rows)
    }

    @Test func filesThatAreNoLogAreLeftAlone() throws {
        try RocksDisk.open(directory: path).close()
        for (name, text) in [
            ("x.log", "x"), ("000001.log", ""), ("000002.log", "short"), ("99999999999999999999.log", "x"),
        ] {
            try text.write(toFile: logs + "/" + name, atomically: false, encoding: .utf8)
        }
        let before = try contents(of: logs)
        try LogOrder.enforce(in: path)
        #expect(try contents(of: logs) == before)
    }
}
