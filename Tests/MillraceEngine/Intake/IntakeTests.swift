import Millrace
import Synchronization
import Testing

@testable import MillraceEngine

struct IntakeTests {
    private func batch(_ intake: Intake, _ slot: Int, _ count: Int, bytes: Int = 1) -> RecordBatch {
        let batch = intake.makeBatch()
        for offset in 0..<count {
            batch.append(
                SteppedHarness.Record(
                    offset: Int64(offset), key: "k\(offset)", value: String(repeating: "v", count: bytes)), slot: slot)
        }
        return batch
    }

    @Test func isSaturatedByRecordsUntilTheyAreApplied() {
        let host = FakeHost()
        let intake = host.makeIntake()
        let (slot, _) = intake.open(topic: "t", partition: 0)
        intake.begin(slot: slot, at: 0)
        intake.deliver(batch(intake, slot, 9))
        #expect(!intake.isSaturated)
        intake.deliver(batch(intake, slot, 1))
        #expect(intake.isSaturated)
        #expect(intake.saturationReason.contains("10 records"))
        #expect(!intake.waitUntilReady(timeoutMilliseconds: 0))
        intake.finished(records: 1, bytes: 0)
        #expect(!intake.isSaturated)
        #expect(intake.waitUntilReady(timeoutMilliseconds: -1))
    }

    @Test func isSaturatedByBytes() {
        let host = FakeHost()
        let intake = host.makeIntake()
        let (slot, _) = intake.open(topic: "t", partition: 0)
        intake.begin(slot: slot, at: 0)
        let large = batch(intake, slot, 1, bytes: 1_000)
        intake.deliver(large)
        #expect(intake.isSaturated)
        intake.finished(records: 1, bytes: large.byteCount)
        #expect(!intake.isSaturated)
        #expect(intake.inFlight == (0, 0))
    }

    @Test func isSaturatedByQueuesAndByTheEngine() {
        let host = FakeHost()
        let intake = host.makeIntake()
        host.state.withLock { $0.queued = 100 }
        #expect(intake.isSaturated)
        #expect(intake.saturationReason.contains("virtual queues"))
        host.state.withLock {
            $0.queued = 99
            $0.isOverloaded = true
        }
        #expect(intake.isSaturated)
        #expect(intake.saturationReason == "too much")
        host.state.withLock { $0.isOverloaded = false }
        #expect(!intake.isSaturated)
    }

    @Test func partitionWithoutAnythingStoredBeginsWhereTheSubscriptionSays() {
        let host = FakeHost()
        for start in [StartPosition.earliest, .latest, .offset(3), .timestamp(4)] {
            #expect(host.makeIntake(start: start).open(topic: "t", partition: 0).position == .start(start))
        }
    }

    /// A partition that joins a topic which is already read has nothing in it that was skipped by `latest`.
    @Test func partitionThatJoinsLaterBeginsAtItsBeginning() {
        let host = FakeHost()
        let intake = host.makeIntake(
            start: .latest,
            stored: [Intake.StoredPartition(topic: "t", partition: 0, start: 5, next: [9, nil, 7, 8])])
        // The shard without an offset of its own begins where the subscription began.
        #expect(intake.open(topic: "t", partition: 0).position == .stored(5))
        #expect(intake.open(topic: "t", partition: 1).position == .start(.earliest))
        #expect(intake.open(topic: "other", partition: 0).position == .start(.latest))
        let running = host.makeIntake(start: .latest)
        let (slot, _) = running.open(topic: "t", partition: 0)
        running.begin(slot: slot, at: 44)
        #expect(running.open(topic: "t", partition: 1).position == .start(.earliest))
    }

    @Test func beginningElsewhereThanAtTheStartIsStoredAtOnce() {
        let host = FakeHost()
        let intake = host.makeIntake(start: .latest)
        let (slot, _) = intake.open(topic: "t", partition: 0)
        intake.begin(slot: slot, at: 44)
        let delivered = host.state.withLock { $0.delivered }
        #expect(delivered.count == 1)
        #expect(delivered[0].isReset)
        #expect(delivered[0].advances.map(\.next) == [44])
    }

    @Test func durablePositionsAreTheLowestOfAllShardsAndNeedADurableCommit() {
        let host = FakeHost()
        let intake = host.makeIntake(shardCount: 2)
        let (slot, _) = intake.open(topic: "t", partition: 0)
        #expect(intake.durablePositions().isEmpty)
        intake.begin(slot: slot, at: 0)
        host.state.withLock { $0.latest = 1 }
        intake.applied(shard: 0, [(slot, 20)])
        intake.applied(shard: 1, [(slot, 15)])
        for _ in 0..<3 { #expect(intake.durablePositions().allSatisfy { $0 <= 0 }) }
        host.state.withLock { $0.durable = 1 }
        _ = intake.durablePositions()
        #expect(intake.durablePositions() == [15])
    }

    @Test func statusIsToldWhenItChanges() {
        let host = FakeHost()
        let intake = host.makeIntake()
        let (slot, _) = intake.open(topic: "t", partition: 0)
        intake.report(.running(from: 0), slot: slot)
        intake.report(.running(from: 0), slot: slot)
        intake.report(.paused(reason: "x"), slot: slot)
        intake.report(.starting)
        intake.report(.finished)
        #expect(host.state.withLock { $0.changes } == 3)
        intake.reportLogEnd(30, slot: slot)
        intake.begin(slot: slot, at: 10)
        #expect(intake.statistics.partitions.map(\.lag) == [20])
    }

    @Test func stopIsRequestedOnceForItsPartition() {
        let host = FakeHost()
        let intake = host.makeIntake()
        _ = intake.open(topic: "t", partition: 0)
        let (slot, _) = intake.open(topic: "t", partition: 1)
        intake.stopPartition(topic: "t", partition: 1, reason: "poison")
        intake.stopPartition(topic: "unknown", partition: 1, reason: "poison")
        let requests = intake.stopRequests()
        #expect(requests.map(\.slot) == [slot])
        #expect(requests.map(\.reason) == ["poison"])
    }
}
