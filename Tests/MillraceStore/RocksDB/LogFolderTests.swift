import Foundation
import TestKit
import Testing

@testable import MillraceStore

/// What is synced is what is there: files come and go while the folder is in use.
struct LogFolderTests {
    private let directory: TemporaryDirectory
    private var folder: String { LogFolder.path(in: directory.path) }

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func write(_ name: String) {
        #expect(FileManager.default.createFile(atPath: folder + "/" + name, contents: Data("x".utf8)))
    }

    /// Which files of the folder the process has open.
    private var openNames: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return all.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0) }
            .filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }.sorted()
    }

    @Test func filesThatComeAndGoAreSeen() throws {
        write("000001.log")
        let reserve = Reserve(directory: directory.path, reservedBytes: 0)
        let log = LogFolder(directory: directory.path, room: LogRoom(directory: directory.path, reserve: reserve))
        try log.sync()
        #expect(openNames == ["000001.log"])
        write("000002.log")
        try log.sync()
        #expect(openNames == ["000001.log", "000002.log"])
        // Synced again, with nothing that is new.
        try log.sync()
        try FileManager.default.removeItem(atPath: folder + "/000001.log")
        write("000003.log")
        try log.sync()
        #expect(openNames == ["000002.log", "000003.log"])
    }

    @Test func aWatchTellsOfWhatComesAndGoes() throws {
        let watch = FolderWatch(folder)
        // What was there before, it cannot know.
        #expect(watch.hasChanged())
        #expect(!watch.hasChanged())
        write("a")
        write("b")
        #expect(watch.hasChanged())
        #expect(!watch.hasChanged())
        // What is in a file is no concern of the folder's.
        let file = try #require(FileHandle(forWritingAtPath: folder + "/a"))
        file.write(Data("more".utf8))
        try file.close()
        #expect(!watch.hasChanged())
        try FileManager.default.moveItem(atPath: folder + "/a", toPath: directory.path + "/a")
        #expect(watch.hasChanged())
        try FileManager.default.moveItem(atPath: directory.path + "/a", toPath: folder + "/a")
        #expect(watch.hasChanged())
        try FileManager.default.removeItem(atPath: folder + "/b")
        #expect(watch.hasChanged())
        #expect(!watch.hasChanged())
    }

    @Test func whereNothingCanBeWatchedEverythingMayHaveChanged() {
        let watch = FolderWatch(directory.path + "/nowhere")
        #expect(watch.hasChanged())
        #expect(watch.hasChanged())
    }
}
