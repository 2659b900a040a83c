import Foundation
import Testing

@testable import MillraceEngine
@testable import MillraceFile

@Suite struct StandardInputFollowerTests {
    private let engine = FakeEngine()
    private let pipe = Pipe()

    private func follower(stored: Int64? = nil) -> StandardInputFollower {
        var options = LineSource.Options()
        options.cadence.pollMilliseconds = 0
        return StandardInputFollower(
            descriptor: pipe.fileHandleForReading.fileDescriptor,
            intake: engine.intake(stored: stored.map { ("stdin", $0) }), options: options, log: { _ in })
    }

    /// Takes steps until there are so many records, or it has ended.
    private func run(_ follower: StandardInputFollower, records: Int) {
        while engine.records.count < records, follower.step(now: 0) != .end {}
    }

    @Test func readsToTheEnd() throws {
        let follower = follower()
        pipe.fileHandleForWriting.write(Data("one\r\n\ntw".utf8))
        run(follower, records: 1)
        pipe.fileHandleForWriting.write(Data("o\nthree".utf8))
        try pipe.fileHandleForWriting.close()
        #expect(follower.run() == .end)
        #expect(engine.texts == ["one", "two", "three"])
        #expect(engine.records.map(\.offset) == [0, 6, 10])
        #expect(engine.statuses == [.running(from: 0), .finished])
        #expect(engine.progress.last == 15)
    }

    /// Its positions are the process's own: what an earlier one stored says nothing of this input.
    @Test func beginsAnewWithEachProcess() throws {
        let follower = follower(stored: 1000)
        pipe.fileHandleForWriting.write(Data("one\n".utf8))
        try pipe.fileHandleForWriting.close()
        #expect(follower.run() == .end)
        #expect(engine.resets == [0])
        #expect(engine.records.map(\.offset) == [0])
    }

    @Test func stopsWhereItCannotBeRead() throws {
        let directory = unsafe open("/", O_RDONLY)
        defer { close(directory) }
        let follower = StandardInputFollower(
            descriptor: directory, intake: engine.intake(), options: LineSource.Options(), log: { _ in })
        #expect(follower.run() == .end)
        #expect(engine.statuses.last?.reason.contains("standard input cannot be read") == true)
    }
}
