import Foundation
import MillraceStore
import TestKit
import Testing

/// On a full disk nothing is lost, and work goes on when there is room again.
@Suite(.enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.needsRoot)"))
struct FullDiskTests {
    private let volume: SmallFileSystem
    private var directory: String { volume.path + "/data" }
    private let options = RocksDiskOptions(memoryBytes: 8 << 20)
    /// Lets writes fill the disk, as a quota that ``Reserve`` does not see would.
    private let unreserved = RocksDiskOptions(memoryBytes: 8 << 20, reservedBytes: 0)

    init() throws {
        volume = try SmallFileSystem(megabytes: 64)
    }

    @Test(arguments: [Family.state, .batches], [25 << 20, 21 << 20, 12 << 20])
    func keepsAReserve(family: Family, bytesLeft: Int) async throws {
        let disk = try RocksDisk.open(directory: directory, options: options)
        let rows = Rows(family: family, disk: disk)
        for _ in 0..<20 { try rows.write(rows.batch()) }
        for _ in 0..<3 {
            try volume.fill(leaving: bytesLeft)
            var refused = try rows.writeUntilFull()
            // RocksDB may have deleted a file meanwhile, so that there is room once more.
            while try rows.writeIfThereIsRoom(refused) { refused = try rows.writeUntilFull() }
            try disk.sync()
            try rows.check(on: disk)
            try volume.free()
            // Its compactions may need the room for a moment, as the volume is small.
            try await rows.writeWhenThereIsRoom(refused)
        }
        #expect(disk.statistics().first { $0.name == "background_errors" }?.value == 0)
        disk.close()
        try rows.check(on: RocksDisk.open(directory: directory, options: options))
    }

    /// With megabytes left a flush of rows to a file fails first, with less the log.
    @Test(arguments: [Family.state, .batches], [6 << 20, 3 << 20, 200 << 10, 5_000])
    func goesOnWhereWritesFilledTheDisk(family: Family, bytesLeft: Int) async throws {
        let disk = try RocksDisk.open(directory: directory, options: unreserved)
        let rows = Rows(family: family, disk: disk)
        for _ in 0..<20 { try rows.write(rows.batch()) }

        for _ in 0..<2 {
            try volume.fill(leaving: bytesLeft)
            let refused = try rows.writeUntilFull()
            let error = try #require(throws: StoreError.self) { try rows.write(refused) }
            if Refusal(error) == .failed {
                // RocksDB had flushed all rows just before its log could not be written any more, which a restart mends.
                #expect("\(error)".contains("start again to go on"))
                disk.close()
                try volume.free()
                return try rows.check(on: RocksDisk.open(directory: directory, options: options))
            }
            #expect(Refusal(error) == .diskFull, "\(error)")
            try disk.sync()
            try rows.check(on: disk)

            let copy = try TemporaryDirectory()
            try FileManager.default.copyItem(atPath: directory, toPath: copy.path + "/data")
            try rows.check(on: RocksDisk.open(directory: copy.path + "/data", options: options))

            try volume.free()
            try await rows.writeWhenThereIsRoom(refused)
            for _ in 0..<20 { try rows.write(rows.batch()) }
            try disk.sync()
        }
        disk.close()
        try rows.check(on: RocksDisk.open(directory: directory, options: options))
    }

    /// A sync that meets a log whose last write failed must not end the process, which RocksDB's own does.
    @Test func syncsFromAnotherThreadMeanwhile() async throws {
        let disk = try RocksDisk.open(directory: directory, options: unreserved)
        let rows = Rows(family: .batches, disk: disk)
        let syncer = Thread { while (try? disk.sync()) != nil {} }
        syncer.start()
        for bytesLeft in [100_000, 300_000, 10_000, 50_000] {
            for _ in 0..<5 { try rows.write(rows.batch()) }
            try volume.fill(leaving: bytesLeft)
            let refused = try rows.writeUntilFull()
            try volume.free()
            do {
                try await rows.writeWhenThereIsRoom(refused)
            } catch {
                // It depends on the moment whether RocksDB can recover; see below.
                #expect((error as? StoreError).map(Refusal.init) == .failed)
                break
            }
        }
        disk.close()
        try rows.check(on: RocksDisk.open(directory: directory, options: options))
    }

    /// RocksDB does not recover from that; it is told, and a new start goes on.
    @Test func failsWhereTheFirstWriteFilledTheDisk() async throws {
        try RocksDisk.open(directory: directory, options: unreserved).close()
        let disk = try RocksDisk.open(directory: directory, options: unreserved)
        let rows = Rows(family: .state, disk: disk)
        try volume.fill(leaving: 5_000)
        let batch = rows.batch()
        expect(.diskFull) { try rows.write(batch) }
        try volume.free()
        try await Task.sleep(for: .seconds(6))
        expect(.failed) { try rows.write(batch) }
        try disk.sync()
        disk.close()
        let again = Rows(family: .state, disk: try RocksDisk.open(directory: directory, options: options))
        try again.write(again.batch())
    }

    @Test func opensAgainOnceThereIsRoom() throws {
        let disk = try RocksDisk.open(directory: directory, options: options)
        let rows = Rows(family: .state, disk: disk)
        for _ in 0..<100 { try rows.write(rows.batch()) }
        disk.close()
        try volume.fill(leaving: 0)
        expect(.diskFull) { _ = try RocksDisk.open(directory: directory, options: options) }
        try volume.free()
        try rows.check(on: RocksDisk.open(directory: directory, options: options))
    }

    @Test func isNotCreatedOnAFullDisk() throws {
        try volume.fill(leaving: 0)
        expect(.diskFull) { _ = try RocksDisk.open(directory: directory, options: options) }
        try volume.free()
        try RocksDisk.open(directory: directory, options: options).close()
    }
}

/// Rows that are numbered as they are written.
private final class Rows {
    private let family: Family
    private let disk: RocksDisk
    private var count = 0

    init(family: Family, disk: RocksDisk) {
        self.family = family
        self.disk = disk
    }

    /// A batch with the next row.
    func batch() -> any DiskBatch {
        let batch = disk.makeBatch()
        batch.put(family, "key-\(count)", value(count))
        return batch
    }

    func write(_ batch: any DiskBatch) throws(StoreError) {
        try disk.write(batch)
        count += 1
    }

    /// Writes, or returns false when there is no room.
    func writeIfThereIsRoom(_ batch: any DiskBatch) throws(StoreError) -> Bool {
        do {
            try write(batch)
            return true
        } catch {
            guard error.isRetriable else { throw error }
            #expect(Refusal(error) == .diskFull, "\(error)")
            return false
        }
    }

    /// Writes until there is no room, and returns the batch that was refused.
    func writeUntilFull() throws -> any DiskBatch {
        var next = batch()
        while try writeIfThereIsRoom(next) {
            if count % 50 == 0 { try disk.sync() }
            next = batch()
        }
        return next
    }

    /// RocksDB looks for room every five seconds.
    func writeWhenThereIsRoom(_ batch: any DiskBatch) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !writeIfThereIsRoom(batch) {
            try #require(ContinuousClock.now < deadline, "there is room, and the disk does not go on")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func check(on disk: RocksDisk) throws {
        for row in 0..<count where try disk.value(family, "key-\(row)") != value(row) {
            Issue.record("row \(row) of \(count) is lost")
        }
    }

    private func value(_ row: Int) -> String { String(repeating: "\(row) ", count: 4000) }
}
