import Millrace
import MillraceStore
import MillraceTesting
import Testing

@testable import MillraceEngine

/// Which records are applied, and where a partition goes on.
struct WatermarkTests {
    private func writer(_ diary: Diary) -> ServiceDefinition { Scripted.object { _, input in diary.add(input) } }

    private func records(_ offsets: Range<Int64>, keys: Int64 = 5) -> [SteppedHarness.Record] {
        offsets.map { SteppedHarness.Record(offset: $0, key: "k\($0 % keys)", value: "\($0)") }
    }

    @Test func recordThatComesAgainIsDropped() throws {
        let diary = Diary()
        let harness = try SteppedHarness([writer(diary)])
        harness.deliver(records(0..<10))
        harness.deliver(records(0..<10))
        try harness.settle()
        harness.deliver(records(5..<15))
        try harness.settle()
        #expect(diary.all.map { Int($0) ?? -1 }.sorted() == Array(0..<15))
        #expect(harness.engine.statistics.duplicates == 15)
    }

    @Test func goesOnAtTheLowestOfAllShards() throws {
        let diary = Diary()
        let harness = try SteppedHarness([writer(diary)])
        harness.deliver(records(0..<95, keys: 50))
        harness.deliver(records(95..<100, keys: 1))
        try harness.settle()
        // Every shard has had some of the last records, none the very last ones of all.
        try harness.reopen()
        guard case .stored(let offset) = harness.position() else {
            Issue.record("nothing is stored")
            return
        }
        #expect((90..<100).contains(offset), "goes on at \(offset)")
        harness.deliver(records(offset..<100, keys: 1) + records(100..<120, keys: 50))
        try harness.settle()
        #expect(diary.all.map { Int($0) ?? -1 }.sorted() == Array(0..<120))
    }

    @Test func progressMovesShardsWithoutRecords() throws {
        let diary = Diary()
        let harness = try SteppedHarness([writer(diary)]) { $0.shardCount = 16 }
        harness.deliver(records(0..<10, keys: 1))
        try harness.settle()
        harness.intake.deliverProgress([(slot: harness.slot(), next: 50)])
        try harness.settle()
        try harness.reopen()
        #expect(harness.position() == .stored(50))
    }

    @Test func shardWithoutAWatermarkBeginsWhereTheSubscriptionBegan() throws {
        let diary = Diary()
        let harness = try SteppedHarness([writer(diary)], start: .offset(7)) { $0.shardCount = 16 }
        let (slot, position) = harness.intake.open(topic: "t", partition: 9)
        #expect(position == .start(.offset(7)))
        harness.intake.begin(slot: slot, at: 7)
        try harness.settle()
        try harness.reopen()
        #expect(harness.position(9) == .stored(7))
    }

    @Test func whatWasNotDurableIsReadAgain() throws {
        let diary = Diary()
        let harness = try SteppedHarness([writer(diary)])
        harness.deliver(records(0..<10))
        try harness.settle()
        harness.deliver(records(10..<20))
        try harness.turn()
        diary.clear()
        try harness.reopen(keeping: 0)
        harness.deliver(records(0..<20))
        try harness.settle()
        #expect(diary.all.map { Int($0) ?? -1 }.sorted() == Array(10..<20))
    }

    /// The log lost its oldest records, which some shards had applied and others had not. Those that had went back to the
    /// log's start, and applied again what is still there.
    @Test func shardsThatAreFurtherStayThereWhenTheLogLostItsBeginning() throws {
        let diary = Diary()
        let harness = try SteppedHarness([writer(diary)])
        // One shard only has records, up to 100; the others stand at 0.
        harness.deliver(records(0..<100, keys: 1))
        try harness.settle()
        try harness.reopen()
        #expect(harness.position() == .stored(0))
        harness.intake.skip(slot: harness.slot(), from: 0, to: 60)
        harness.deliver(records(60..<110, keys: 1))
        try harness.settle()
        #expect(diary.all == (0..<110).map(String.init))
    }

    /// The log was deleted and made anew: its offsets begin again.
    @Test func allShardsGoBackWhenTheLogIsAnotherOne() throws {
        let diary = Diary()
        let harness = try SteppedHarness([writer(diary)])
        harness.deliver(records(0..<20))
        try harness.settle()
        diary.clear()
        harness.intake.skip(slot: harness.slot(), from: 20, to: 0)
        harness.deliver(records(0..<20))
        try harness.settle()
        #expect(diary.all.map { Int($0) ?? -1 }.sorted() == Array(0..<20))
    }

    @Test func groupOffsetsAreOnlyTheDurableOnes() throws {
        let harness = try SteppedHarness([Scripted.object { _, _ in }]) { $0.shardCount = 1 }
        harness.deliver(records(0..<10))
        try harness.turn()
        for _ in 0..<3 { #expect(harness.intake.durablePositions().allSatisfy { $0 <= 0 }) }
        _ = try harness.engine.sync()
        _ = harness.intake.durablePositions()
        #expect(harness.intake.durablePositions() == [10])
    }

    @Test func keyOfAStoredWatermarkComesBack() throws {
        let key = Watermarks.key(shard: 3, subscription: "söme name", topic: "a.topic", partition: -2)
        let value = [UInt8](repeating: 0, count: 7) + [1] + [9] + [UInt8](repeating: 0, count: 7)
        let mark = try #require(Watermarks.read(key: key, value: value))
        #expect((mark.subscription, mark.topic, mark.partition) == ("söme name", "a.topic", -2))
        #expect((mark.next, mark.start) == (1 << 56, 9))
        for count in 0..<key.count { #expect(Watermarks.read(key: Array(key[..<count]), value: value) == nil) }
        #expect(Watermarks.read(key: key, value: Array(value.dropLast())) == nil)
    }
}
