import TestKit
import Testing

@testable import MillraceStore

@Suite(.timeLimit(.minutes(5)))
struct RocksSnapshotTests {
    private let directory: TemporaryDirectory
    private let disk: RocksDisk

    init() throws {
        directory = try TemporaryDirectory()
        disk = try RocksDisk.open(directory: directory.path + "/data")
    }

    private func value(_ reader: any DiskReader, _ key: String) throws(StoreError) -> String? {
        var value: String?
        let key = Array(key.utf8)
        _ = try unsafe key.span.withUnsafeBytes { key throws(StoreError) in
            try unsafe reader.get(.state, key) { value = unsafe String(decoding: $0, as: UTF8.self) }
        }
        return value
    }

    private func keys(_ reader: any DiskReader) throws(StoreError) -> [String] {
        var keys: [String] = []
        try unsafe reader.scan(.state, from: [], to: [0xff]) { key, _ in
            keys.append(unsafe String(decoding: key, as: UTF8.self))
            return true
        }
        return keys
    }

    @Test func goesOnShowingRowsThatAreOverwritten() throws {
        try disk.write(.state, [("a", "1"), ("b", "2")])
        let snapshot = try disk.snapshot()
        try disk.write(.state, [("a", "3"), ("c", "4")])
        let batch = disk.makeBatch()
        batch.delete(.state, "b")
        try disk.write(batch)
        #expect(try value(snapshot, "a") == "1")
        #expect(try value(snapshot, "b") == "2")
        #expect(try value(snapshot, "c") == nil)
        #expect(try keys(snapshot) == ["a", "b"])
        #expect(try keys(disk) == ["a", "c"])
        snapshot.close()
        #expect(throws: StoreError.self) { try value(snapshot, "a") }
        snapshot.close()
        disk.close()
    }

    /// RocksDB, as Debian builds it, aborts the process when it is closed with a snapshot that lives.
    @Test func isGivenUpWhenTheDiskIsClosed() throws {
        try disk.write(.state, [("a", "1")])
        let snapshot = try disk.snapshot()
        var dropped: (any DiskSnapshot)? = try disk.snapshot()
        #expect(try value(dropped ?? snapshot, "a") == "1")
        disk.close()
        #expect(throws: StoreError.self) { try value(snapshot, "a") }
        #expect(throws: StoreError.self) { _ = try disk.snapshot() }
        snapshot.close()
        dropped = nil
        let again = try RocksDisk.open(directory: directory.path + "/data")
        #expect(try value(again, "a") == "1")
        again.close()
    }
}
