import Foundation
import TestKit
import Testing

@testable import MillraceStore

/// The log is written ahead with zeros, over which RocksDB writes, and which are nothing to those who read it.
struct LogRoomTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/data" }
    private var options: RocksDiskOptions {
        var options = RocksDiskOptions()
        options.preparesLog = true
        return options
    }

    init() throws { directory = try TemporaryDirectory() }

    /// Writes and syncs rows one at a time, and prepares the disk when it wants that.
    private func write(_ rows: Range<Int>, bytes: Int = 100, to disk: RocksDisk) throws -> Int {
        var count = 0
        for row in rows {
            try disk.write(.state, [("key-\(row)", value(row, bytes))])
            try disk.sync()
            guard disk.wantsPreparation else { continue }
            disk.prepare()
            count += 1
        }
        return count
    }

    private func value(_ row: Int, _ bytes: Int) -> String { String(repeating: "\(row % 10)", count: bytes) }

    private func expect(_ rows: Range<Int>, bytes: Int = 100, in directory: String) throws {
        let disk = try RocksDisk.open(directory: directory, options: options)
        defer { disk.close() }
        for row in rows where try disk.value(.state, "key-\(row)") != value(row, bytes) {
            Issue.record("row \(row) is not there")
        }
    }

    /// A copy of the directory as the end of the process would leave it.
    private func copy(_ name: String = "copy") throws -> String {
        let copy = directory.path + "/" + name
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
    }

    private func log(under folder: String = "/data") throws -> (path: String, bytes: Data) {
        let log = try #require(try directory.files(".log", under: folder + "/log").last)
        return (log, try Data(contentsOf: URL(filePath: log)))
    }

    /// How many zeros a file ends with.
    private func zeros(_ bytes: Data) -> Int { bytes.reversed().prefix { $0 == 0 }.count }

    @Test func thereIsRoomAhead() throws {
        let disk = try RocksDisk.open(directory: path, options: options)
        #expect(try write(0..<2000, to: disk) > 8)
        #expect(try zeros(log().bytes) > 256 << 10)
        let size = try log().bytes.count
        // There is enough.
        #expect(!disk.wantsPreparation)
        disk.prepare()
        #expect(try log().bytes.count == size)
        // It is written over, and the file gets no longer.
        let before = try zeros(log().bytes)
        for row in 2000..<2100 { try disk.write(.state, [("key-\(row)", value(row, 100))]) }
        try disk.sync()
        #expect(try log().bytes.count == size)
        #expect(try zeros(log().bytes) < before - 100 * 100)
        try expect(0..<2100, in: copy())
        disk.close()
        // RocksDB has cut off what it did not come to.
        #expect(try zeros(log().bytes) < 64)
        try expect(0..<2100, in: path)
    }

    /// What is longer than the room, goes on behind it, and there is room ahead again afterwards.
    @Test func rocksDBPassesTheRoom() throws {
        let disk = try RocksDisk.open(directory: path, options: options)
        _ = try write(0..<1000, to: disk)
        let size = try log().bytes.count
        try disk.write(.state, [("large", String(repeating: "x", count: 3 << 20))])
        try disk.sync()
        #expect(try log().bytes.count > size + (2 << 20))
        #expect(try write(1000..<2000, to: disk) > 4)
        #expect(try zeros(log().bytes) > 256 << 10)
        let copy = try copy()
        try expect(0..<2000, in: copy)
        #expect(try RocksDisk.open(directory: copy).value(.state, "large")?.count == 3 << 20)
    }

    @Test func whereMuchIsWrittenNothingIsWrittenTwice() throws {
        let disk = try RocksDisk.open(directory: path, options: options)
        #expect(try write(0..<100, bytes: 20_000, to: disk) == 0)
        #expect(try zeros(log().bytes) == 0)
        // The average needs some time to come down.
        #expect(try write(100..<200, to: disk) > 0)
    }

    @Test func whereItDoesNotHelpNothingIsWritten() throws {
        var options = options
        options.preparesLog = false
        let disk = try RocksDisk.open(directory: path, options: options)
        // Only when it looks at the file it knows.
        #expect(try write(0..<500, to: disk) <= 1)
        #expect(try zeros(log().bytes) == 0)
    }

    /// The disk has the first page of a record, and zeros in the place of the second, when the power fails.
    @Test(arguments: [1, 30, 4000, 5000]) func tornEndOfTheLog(missingBytes: Int) throws {
        let disk = try RocksDisk.open(directory: path, options: options)
        _ = try write(0..<1000, to: disk)
        try disk.write(.state, [("late", String(repeating: "x", count: 1000))])
        try disk.write(.state, [("later", String(repeating: "y", count: 4000))])
        let copy = try copy()
        disk.close()
        let (log, bytes) = try log(under: "/copy")
        let end = bytes.count - zeros(bytes)
        try clear(log, end - missingBytes..<end)
        for round in 0..<2 {
            let torn = try RocksDisk.open(directory: copy, options: options)
            #expect(try torn.value(.state, "late")?.count == (missingBytes < 5000 ? 1000 : nil))
            #expect(try torn.value(.state, "later") == nil)
            #expect(try write(1000 + 500 * round..<1500 + 500 * round, to: torn) > 0)
            torn.close()
        }
        try expect(0..<2000, in: copy)
    }

    /// What was durable is not forgotten: that it is gone is told.
    @Test func zerosInThePlaceOfWhatWasDurable() throws {
        let disk = try RocksDisk.open(directory: path, options: options)
        _ = try write(0..<1000, to: disk)
        let copy = try copy()
        disk.close()
        let (log, bytes) = try log(under: "/copy")
        let end = bytes.count - zeros(bytes)
        try clear(log, end - 300..<end)
        MillraceStoreTests.expect(.damaged) { _ = try RocksDisk.open(directory: copy) }
    }

    /// Files of the log come and go; one that RocksDB has closed may have got zeros after it.
    @Test func filesOfTheLogChange() throws {
        var options = options
        options.memoryBytes = 8 << 20
        options.extra = ["state.write_buffer_size": "65536"]
        let disk = try RocksDisk.open(directory: path, options: options)
        var names: Set<String> = []
        for part in 0..<20 {
            _ = try write(part * 200..<(part + 1) * 200, to: disk)
            names.insert(try log().path)
        }
        #expect(names.count > 3)
        disk.close()
        for file in try directory.files(".log", under: "/data/log") {
            let bytes = try Data(contentsOf: URL(filePath: file))
            try (bytes + Data(count: 100_000)).write(to: URL(filePath: file))
        }
        try expect(0..<4000, in: path)
    }

    /// Zeros that are appended while RocksDB writes are never in the place of what it has written.
    @Test func besideWrites() throws {
        let disk = try RocksDisk.open(directory: path, options: options)
        let done = Flag()
        let thread = Thread {
            while !done.isSet {
                if disk.wantsPreparation { disk.prepare() }
            }
            done.end()
        }
        thread.start()
        for row in 0..<5000 {
            try disk.write(.state, [("key-\(row)", value(row, 300))])
            if row % 3 == 0 { try disk.sync() }
        }
        try disk.sync()
        done.set()
        let copy = try copy()
        disk.close()
        try expect(0..<5000, bytes: 300, in: copy)
    }
}

/// Ends a thread, and waits for its end.
private final class Flag: @unchecked Sendable {
    private let condition = NSCondition()
    private var isRaised = false
    private var hasEnded = false

    var isSet: Bool { condition.withLock { isRaised } }

    func set() {
        condition.withLock {
            isRaised = true
            while !hasEnded { condition.wait() }
        }
    }

    func end() {
        condition.withLock {
            hasEnded = true
            condition.signal()
        }
    }
}
