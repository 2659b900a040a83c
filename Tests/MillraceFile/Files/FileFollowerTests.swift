import Glibc
import Synchronization
import Testing

@testable import MillraceEngine
@testable import MillraceFile

/// Every step is taken by the test, so nothing depends on time.
@Suite struct FileFollowerTests {
    private let engine = FakeEngine()

    private func options(_ change: (inout LineSource.Options) -> Void = { _ in }) -> LineSource.Options {
        var options = LineSource.Options()
        options.maxLineBytes = 20
        options.readBytes = 8
        change(&options)
        return options
    }

    private func follower(_ file: TemporaryFile, _ intake: Intake, untilEnd: Bool = false) -> FileFollower {
        FileFollower(path: file.path, intake: intake, options: options { $0.endsAtEndOfFile = untilEnd }, log: { _ in })
    }

    // MARK: Reading

    @Test func deliversLinesWithTheirPositions() throws {
        let file = try TemporaryFile("one\ntwo\r\n\n\r\nthree\n")
        let follower = follower(file, engine.intake())
        #expect(follower.run() == .milliseconds(100))
        #expect(engine.texts == ["one", "two", "three"])
        #expect(engine.records.map(\.offset) == [0, 4, 12])
        #expect(engine.statuses == [.running(from: 0)])
    }

    @Test func followsAFileThatGrows() throws {
        let file = try TemporaryFile("one\ntw")
        let follower = follower(file, engine.intake())
        follower.run()
        #expect(engine.texts == ["one"])
        #expect(follower.run() == .milliseconds(100))
        try file.append("o\nthree\nfo")
        follower.run()
        #expect(engine.texts == ["one", "two", "three"])
        try file.append("ur\n")
        follower.run()
        #expect(engine.records.map(\.offset) == [0, 4, 8, 14])
    }

    @Test func theLastLineNeedsNoLineFeedWhereTheFileEnds() throws {
        let file = try TemporaryFile("one\ntwo")
        let follower = follower(file, engine.intake(), untilEnd: true)
        #expect(follower.run() == .end)
        #expect(engine.texts == ["one", "two"])
        #expect(engine.statuses.last == .finished)
        #expect(engine.progress == [0, 7])
        #expect(follower.run() == .end)
        #expect(engine.records.count == 2)
    }

    @Test func anEmptyFileIsFinishedAtOnce() throws {
        let file = try TemporaryFile("")
        #expect(follower(file, engine.intake(), untilEnd: true).run() == .end)
        #expect(engine.statuses == [.running(from: 0), .finished])
    }

    @Test func aLineAboveTheLimitFailsAndTheOthersGoOn() throws {
        let file = try TemporaryFile("one\n\(String(repeating: "x", count: 21))\ntwo\n")
        follower(file, engine.intake()).run()
        #expect(engine.records.map(\.offset) == [0, 4, 26])
        #expect(engine.records.map { $0.failure != nil } == [false, true, false])
        #expect(engine.records[1].failure?.contains("the line at byte 4 has 21 bytes, and the limit is 20") == true)
        #expect(engine.records[1].value == nil)
    }

    @Test func bytesAreBytes() throws {
        let file = try TemporaryFile()
        try file.write([0, 255, 10, 0xC3, 0x28, 10])
        follower(file, engine.intake()).run()
        #expect(engine.records.map(\.value) == [[0, 255], [0xC3, 0x28]])
    }

    // MARK: Where it begins

    @Test(arguments: [(StartPosition.earliest, ["a", "b"]), (.offset(2), ["b"]), (.latest, [])])
    func beginsWhereTheSubscriptionSays(start: StartPosition, expected: [String]) throws {
        let file = try TemporaryFile("a\nb\nc")
        let follower = follower(file, engine.intake(start: start))
        follower.run()
        #expect(engine.texts == expected)
        try file.append("\nd\n")
        follower.run()
        #expect(engine.texts == expected + ["c", "d"])
    }

    /// Where a subscription begins that leaves something out is stored at once.
    @Test func storesWhereItBegan() throws {
        let file = try TemporaryFile("a\nb\n")
        follower(file, engine.intake(start: .latest)).run()
        #expect(engine.resets == [4])
    }

    @Test func latestLeavesOutNothingOfAFileThatIsMadeLater() throws {
        let file = try TemporaryFile()
        let follower = follower(file, engine.intake(start: .latest))
        #expect(follower.run() == .milliseconds(1000))
        try file.write("a\n")
        follower.run()
        #expect(engine.texts == ["a"])
    }

    @Test func goesOnAtTheStoredOffset() throws {
        let file = try TemporaryFile("one\ntwo\nthree\n")
        follower(file, engine.intake(start: .latest, stored: (file.path, 4))).run()
        #expect(engine.texts == ["two", "three"])
        #expect(engine.statuses == [.running(from: 4)])
    }

    /// A last line that was taken without its line feed, which came later.
    @Test(arguments: ["\nc\n", "\r\nc\n"])
    func goesOnAfterALastLineThatHasEndedSince(rest: String) throws {
        let file = try TemporaryFile("a\nb")
        follower(file, engine.intake(), untilEnd: true).run()
        try file.append(rest)
        follower(file, engine.intake(stored: (file.path, 3)), untilEnd: true).run()
        #expect(engine.texts == ["a", "b", "c"])
    }

    @Test func stopsWhereALastLineHasGrownSince() throws {
        let file = try TemporaryFile("a\nbcd\n")
        #expect(follower(file, engine.intake(stored: (file.path, 3))).run() == .end)
        #expect(engine.statuses.last?.reason.contains("of 6 bytes no line begins at the stored offset, byte 3") == true)
    }

    // MARK: Files that are not there, or not what they were

    @Test func waitsForAFileThatDoesNotExist() throws {
        let file = try TemporaryFile()
        let follower = follower(file, engine.intake())
        #expect(follower.run() == .milliseconds(1000))
        #expect(engine.statuses.last?.isRetrying == true)
        #expect(engine.statuses.last?.reason.contains("does not exist") == true)
        try file.write("a\n")
        follower.run()
        #expect(engine.texts == ["a"])
        #expect(engine.statuses.last == .running(from: 0))
    }

    @Test func whereTheEndIsAwaitedAMissingFileIsAnError() throws {
        let file = try TemporaryFile()
        #expect(follower(file, engine.intake(), untilEnd: true).run() == .end)
        #expect(engine.statuses.last?.isStopped == true)
    }

    @Test func aDirectoryAndAPipeAreNoFiles() throws {
        let directory = try TemporaryFile()
        try directory.makeDirectory()
        follower(directory, engine.intake()).run()
        #expect(engine.statuses.last?.reason.contains("is a directory") == true)
        let pipe = try TemporaryFile()
        try #require(unsafe mkfifo(pipe.path, 0o600) == 0)
        follower(pipe, engine.intake()).run()
        #expect(engine.statuses.last?.reason.contains("is a pipe") == true)
        #expect(engine.statuses.last?.reason.contains("'source: stdin'") == true)
    }

    @Test func aFileThatCannotBeOpenedIsTriedAgain() throws {
        let file = try TemporaryFile()
        try file.link(to: file.path)
        let follower = follower(file, engine.intake())
        #expect(follower.run() == .milliseconds(1000))
        #expect(engine.statuses.last?.reason.contains("cannot be opened") == true)
        try file.remove()
        try file.write("a\n")
        follower.run()
        #expect(engine.texts == ["a"])
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func aFileThatMayNotBeReadIsTriedAgain() throws {
        let file = try TemporaryFile("a\n")
        try file.forbidReading()
        #expect(follower(file, engine.intake()).run() == .milliseconds(1000))
        #expect(engine.statuses.last?.reason.contains("may not be read by user") == true)
    }

    @Test func stopsWhereTheFileIsShorterThanWhatIsStored() throws {
        let file = try TemporaryFile("one\n")
        #expect(follower(file, engine.intake(stored: (file.path, 100))).run() == .end)
        #expect(engine.statuses.last?.reason.contains("has 4 bytes, and the stored offset is byte 100") == true)
        #expect(engine.records.isEmpty)
    }

    @Test(arguments: [(MissingOffsetPolicy.earliest, ["new", "last"], Int64(0)), (.latest, ["last"], 4)])
    func goesOnElsewhereWhereThePolicySaysSo(policy: MissingOffsetPolicy, expected: [String], reset: Int64) throws {
        let file = try TemporaryFile("new\n")
        let follower = follower(file, engine.intake(onMissingOffset: policy, stored: (file.path, 100)))
        follower.run()
        try file.append("last\n")
        follower.run()
        #expect(engine.texts == expected)
        #expect(engine.resets == [reset])
    }

    @Test func noticesThatAFileWasCutWhileItIsRead() throws {
        let file = try TemporaryFile("one\ntwo\n")
        let follower = follower(file, engine.intake())
        follower.run()
        try file.truncate(to: 4)
        #expect(follower.run() == .end)
        #expect(engine.statuses.last?.reason.contains("has 4 bytes, and the stored offset is byte 8") == true)
    }

    /// A cut that takes only bytes of a line that had not ended loses no record.
    @Test func readsALineAgainThatWasCutBeforeItsEnd() throws {
        let file = try TemporaryFile("one\ntwo, unfinished")
        let follower = follower(file, engine.intake())
        follower.run()
        try file.truncate(to: 6)
        follower.run()
        try file.append("elve\n")
        follower.run()
        #expect(engine.texts == ["one", "twelve"])
        #expect(engine.records.map(\.offset) == [0, 4])
    }

    @Test func noticesThatAnotherFileHasItsPlace() throws {
        let file = try TemporaryFile("one\ntwo\n")
        let follower = follower(file, engine.intake(onMissingOffset: .earliest))
        follower.run()
        try file.replace("new\n")
        follower.run()
        #expect(engine.texts == ["one", "two", "new"])
        #expect(engine.resets == [0])
    }

    /// What is appended by writing a new file and renaming it, as editors and rsync do.
    @Test func goesOnInAnotherFileThatIsLonger() throws {
        let file = try TemporaryFile("one\ntwo\n")
        let follower = follower(file, engine.intake())
        follower.run()
        try file.replace("one\ntwo\nthree\n")
        follower.run()
        #expect(engine.texts == ["one", "two", "three"])
        #expect(engine.resets.isEmpty)
    }

    @Test func waitsForAFileThatWasRemoved() throws {
        let file = try TemporaryFile("one\n")
        let follower = follower(file, engine.intake())
        follower.run()
        try file.remove()
        #expect(follower.run() == .milliseconds(1000))
        #expect(engine.statuses.last?.isRetrying == true)
        try file.write("one\ntwo\n")
        follower.run()
        #expect(engine.texts == ["one", "two"])
    }

    // MARK: Backpressure, progress, stopping

    @Test func readsNothingWhileItsIntakeTakesNothing() throws {
        let file = try TemporaryFile("1\n2\n3\n4\n5\n6\n7\n8\n9\n")
        let follower = follower(file, engine.intake(maxInFlightRecords: 4))
        engine.hold(true)
        #expect(follower.run(now: 0) == .untilReady)
        #expect(engine.state.withLock { $0.held.reduce(0) { $0 + $1.recordCount } } == 4)
        #expect(follower.run(now: 999) == .untilReady)
        #expect(engine.statuses == [.running(from: 0)])
        #expect(follower.run(now: 1000) == .untilReady)
        #expect(engine.statuses.last?.reason.contains("4 records are on their way") == true)
        engine.hold(false)
        follower.run(now: 2000)
        #expect(engine.texts.count == 9)
        #expect(engine.statuses.last == .running(from: 8))
    }

    @Test func tellsProgressFromTimeToTimeAndAtTheEnd() throws {
        let file = try TemporaryFile("one\n\n\n\n")
        let follower = follower(file, engine.intake())
        follower.run(now: 0)
        #expect(engine.progress == [0])
        follower.run(now: 999)
        #expect(engine.progress == [0])
        follower.run(now: 1000)
        #expect(engine.progress == [0, 7])
        try file.append("two\n")
        follower.run(now: 1001)
        follower.finish()
        #expect(engine.progress == [0, 7, 11])
    }

    /// What a batch says that has been read never lies within a line.
    @Test func progressIsAlwaysBetweenLines() throws {
        let file = try TemporaryFile("one\ntwo\nthree\nfour\nfive")
        let follower = follower(file, engine.intake())
        follower.run()
        follower.finish()
        let starts: Set<Int64> = [0, 4, 8, 14, 19]
        #expect(engine.state.withLock { $0.advances }.allSatisfy { starts.contains($0) })
    }

    @Test func stopsWhereAShardAsksForIt() throws {
        let file = try TemporaryFile("one\n")
        let intake = engine.intake()
        let follower = follower(file, intake)
        follower.run()
        intake.stopPartition(topic: file.path, partition: 0, reason: "poison")
        try file.append("two\n")
        #expect(follower.run() == .end)
        #expect(engine.statuses.last == .stopped(reason: "poison"))
        #expect(engine.texts == ["one"])
    }

    @Test func tellsTheSizeForLag() throws {
        let file = try TemporaryFile("one\ntw")
        let intake = engine.intake()
        follower(file, intake).run()
        #expect(intake.statistics.partitions.first?.logEnd == 6)
        #expect(intake.statistics.partitions.first?.position == 4)
    }
}
