import CRocksDB
import Foundation
import TestKit
import Testing

@testable import MillraceStore

/// Which directories are opened, and what is said of others.
struct OpeningTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/data" }

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func createsOnlyWhereItMay() throws {
        let options = RocksDiskOptions(createIfMissing: false)
        expect(.failed) { _ = try RocksDisk.open(directory: path, options: options) }
        #expect(!FileManager.default.fileExists(atPath: path))
        expect(.notADataDirectory) { _ = try RocksDisk.open(directory: directory.path, options: options) }
        try RocksDisk.open(directory: path).close()
        try RocksDisk.open(directory: path, options: options).close()
    }

    @Test func opensByARelativePath() throws {
        let relative = "../../../../../../../../../.." + path
        try RocksDisk.open(directory: relative).close()
        try RocksDisk.open(directory: path + "/").close()
    }

    @Test func secondOpeningIsLocked() throws {
        let disk = try RocksDisk.open(directory: path)
        expect(.locked) { _ = try RocksDisk.open(directory: path) }
        disk.close()
        try RocksDisk.open(directory: path).close()
    }

    @Test func otherProcessHasLocked() throws {
        try RocksDisk.open(directory: path).close()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/perl")
        // A lock on the whole file, as fcntl takes it.
        let script = """
            use Fcntl; open(F, "+<", $ARGV[0]) or die; $l = pack("s s x4 q q l", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die;
            $| = 1; print "locked\\n"; <STDIN>;
            """
        process.arguments = ["-e", script, path + "/LOCK"]
        let output = Pipe()
        let input = Pipe()
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "locked\n")
        expect(.locked) { _ = try RocksDisk.open(directory: path) }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        try RocksDisk.open(directory: path).close()
    }

    @Test func newerFormat() throws {
        let disk = try RocksDisk.open(directory: path)
        try write(format: "\(RocksDisk.format + 1)", to: disk)
        disk.close()
        let newer = StoreError.newerFormat(directory: path, found: RocksDisk.format + 1, supported: RocksDisk.format)
        #expect(throws: newer) { try RocksDisk.open(directory: path) }
    }

    @Test(arguments: ["", "x", "0", "-1"]) func strangeFormat(text: String) throws {
        let disk = try RocksDisk.open(directory: path)
        try write(format: text, to: disk)
        disk.close()
        expect(.damaged) { _ = try RocksDisk.open(directory: path) }
    }

    @Test func newerFormatWithMoreFamilies() throws {
        let disk = try RocksDisk.open(directory: path)
        try write(format: "7", to: disk)
        disk.close()
        try makeDatabase(families: NativeDatabase.familyNames + ["future"])
        let newer = StoreError.newerFormat(directory: path, found: 7, supported: RocksDisk.format)
        #expect(throws: newer) { try RocksDisk.open(directory: path) }
    }

    @Test func foreignDatabases() throws {
        try makeDatabase(families: ["default", "theirs"])
        expect(.notADataDirectory) { _ = try RocksDisk.open(directory: path) }
        try FileManager.default.removeItem(atPath: path)
        try makeDatabase(families: ["default"], row: true)
        expect(.notADataDirectory) { _ = try RocksDisk.open(directory: path) }
    }

    @Test func rowsWithoutAFormat() throws {
        try makeDatabase(families: NativeDatabase.familyNames, row: true)
        expect(.damaged) { _ = try RocksDisk.open(directory: path) }
    }

    @Test(arguments: [["default"], ["default", "batches", "state"], NativeDatabase.familyNames])
    func interruptedCreation(families: [String]) throws {
        try makeDatabase(families: families)
        try RocksDisk.open(directory: path).close()
        try RocksDisk.open(directory: path).close()
    }

    @Test func interruptedBeforeTheFirstFile() throws {
        try FileManager.default.createDirectory(atPath: path + "/log", withIntermediateDirectories: true)
        for name in ["LOCK", "LOG", "IDENTITY", "MANIFEST-000001", "000001.dbtmp"] {
            try Data("x".utf8).write(to: URL(filePath: path + "/" + name))
        }
        try RocksDisk.open(directory: path).close()
    }

    @Test func otherFiles() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: path + "/thesis.txt"))
        let error = expect(.notADataDirectory) { _ = try RocksDisk.open(directory: path) }
        #expect(error.map { "\($0)".contains("thesis.txt") } == true)
        expect(.notADataDirectory) { _ = try RocksDisk.open(directory: path + "/thesis.txt") }
        expect(.notADataDirectory) { _ = try RocksDisk.open(directory: path + "/thesis.txt/below") }
    }

    @Test(.enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.needsRoot)")) func readOnlyFileSystem() throws {
        let volume = try SmallFileSystem(megabytes: 16)
        let options = RocksDiskOptions(reservedBytes: 0)
        try RocksDisk.open(directory: volume.path + "/data", options: options).close()
        #expect(volume.makeReadOnly())
        expect(.notPermitted) { _ = try RocksDisk.open(directory: volume.path + "/data") }
        expect(.notPermitted) { _ = try RocksDisk.open(directory: volume.path + "/new") }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"), arguments: [0o555, 0o000])
    func forbiddenDirectory(mode: Int) throws {
        try RocksDisk.open(directory: path).close()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        expect(.notPermitted) { _ = try RocksDisk.open(directory: path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private func write(format: String, to disk: RocksDisk) throws {
        let batch = disk.makeBatch()
        batch.put(.meta, RocksDisk.settingKey("format"), Array(format.utf8))
        try disk.write(batch)
    }

    /// Makes a RocksDB database as another program, or an interrupted creation, would.
    private func makeDatabase(families: [String], row: Bool = false) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let options = try NativeOptions(RocksDiskOptions(), directory: path)
        let database = try NativeDatabase(directory: path, names: families, options: options)
        defer { database.close() }
        if row { try database.putForTest(handle: 0) }
    }
}

extension NativeDatabase {
    /// Puts a row into a column family that need not be one of Millrace's.
    fileprivate func putForTest(handle: Int) throws {
        let batch: OpaquePointer = unsafe rocksdb_writebatch_create()
        defer { unsafe rocksdb_writebatch_destroy(batch) }
        unsafe rocksdb_writebatch_put_cf(batch, handles[handle], "a", 1, "b", 1)
        try unsafe write(batch)
    }
}
