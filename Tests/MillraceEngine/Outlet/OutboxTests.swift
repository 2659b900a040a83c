import Millrace
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine
@testable import MillraceStore

/// What becomes of emitted records while their sink takes none.
@Suite(.timeLimit(.minutes(5)))
struct OutboxTests {
    @Test func aSinkThatIsAwayPinsNoBlocks() throws {
        let relay = try Relay()
        try relay.deliver(1...400)
        try relay.come(toRestAfter: 6_000)
        #expect(try relay.blocks == 0)
        #expect(relay.sink.held == (1...400).map { "\($0)" }.prefix(relay.sink.held.count).map { $0 })
        #expect(relay.statistics.outboxBytes > 400 * 10)
        // What it has in its hands is bounded, however much is stored.
        try relay.deliver(401...4_000)
        try relay.come(toRestAfter: 6_000)
        #expect(try relay.blocks == 0)
        #expect(relay.sink.held.count < 1_000)
    }

    @Test func itsRecordsGoOutInOrderWhenItComesBackAndAreDeleted() throws {
        let relay = try Relay()
        try relay.deliver(1...3_000)
        try relay.come(toRestAfter: 6_000)
        relay.sink.isAway = false
        try relay.deliver(3_001...3_100)
        try relay.come(toRestAfter: 1)
        #expect(relay.sink.values == (1...3_100).map { "\($0)" })
        #expect(relay.sink.sequences == (1...3_100).map { UInt64($0) })
        #expect(try relay.rows(.outbox) == 0)
        #expect(relay.statistics.outboxBytes == 0)
        #expect(relay.statistics.undeliveredBytes == 0)
        // From here on nothing is stored any more.
        try relay.deliver(3_101...3_110)
        try relay.come(toRestAfter: 1)
        #expect(relay.sink.values.count == 3_110)
    }

    @Test(arguments: [false, true])
    func anotherProcessGoesOnUnderTheSameNumbers(isWrittenBack: Bool) throws {
        let disk = SimulatedDisk()
        let first = try Relay(disk: disk)
        try first.deliver(1...2_000)
        try first.come(toRestAfter: isWrittenBack ? 6_000 : 1)
        first.sink.acknowledge(4)
        let acknowledged = UInt64(first.sink.values.count)
        try first.come(toRestAfter: 1)
        disk.crash(keeping: 0)

        let second = try Relay(disk: disk)
        second.sink.isAway = false
        try second.deliver(2_001...2_010)
        try second.come(toRestAfter: 1)
        let again = second.sink.sequences
        #expect(acknowledged > 0)
        #expect(again.first == acknowledged + 1)
        #expect(again == Array((again.first ?? 1)...2_010))
        #expect(second.sink.values == again.map { "\($0)" })
        #expect(try second.rows(.outbox) == 0)

        disk.crash(keeping: 0)
        let third = try Relay(disk: disk)
        try third.come(toRestAfter: 1)
        #expect(third.sink.held.isEmpty, "nothing is sent twice after it was acknowledged and deleted")
    }

    /// What comes after the rows in the blocks, and was acknowledged before them, is not sent again: it would overtake them.
    @Test func whatWasAcknowledgedOutOfOrderIsNotSentBeforeTheRows() throws {
        let disk = SimulatedDisk()
        // The other shard says nothing, so that nothing is known to have arrived altogether.
        let first = try Relay(disk: disk, sendsToAnotherShard: true)
        try first.deliver(1...1)
        try first.deliver(2...2)
        try first.come(toRestAfter: 1)
        first.sink.acknowledge(1, after: 1)
        try first.come(toRestAfter: 6_000)
        #expect(first.sink.values == ["2"])
        #expect(try first.rows(.outbox) == 1)
        disk.crash(keeping: 0)

        let second = try Relay(disk: disk, sendsToAnotherShard: true)
        second.sink.isAway = false
        try second.deliver(3...3)
        try second.come(toRestAfter: 1)
        #expect(second.sink.values == ["1", "3"])
        #expect(try second.rows(.outbox) == 0)
    }

    @Test func sourcesPauseWhenTheOutboxIsFull() throws {
        let relay = try Relay { $0.maxOutboxBytes = 20_000 }
        try relay.deliver(1...100)
        try relay.come(toRestAfter: 6_000)
        #expect(!relay.isSaturated)
        try relay.deliver(101...2_000)
        try relay.come(toRestAfter: 6_000)
        #expect(relay.isSaturated)
        relay.sink.isAway = false
        try relay.come(toRestAfter: 1)
        #expect(!relay.isSaturated)
        #expect(relay.sink.values.count == 2_000)
    }

    /// Its records were stored as soon as they were many: twice the work, at the moment at which there was least time for it.
    @Test func aSinkThatIsOnlySlowHasItsSourcesPauseAndNothingStored() throws {
        let relay = try Relay { $0.maxUndeliveredBytes = 10_000 }
        try relay.deliver(1...2_000)
        try relay.come(toRestAfter: 1_000)
        #expect(relay.isSaturated)
        #expect(relay.statistics.outboxBytes == 0)
        relay.sink.isAway = false
        try relay.come(toRestAfter: 1)
        #expect(!relay.isSaturated)
        #expect(relay.sink.values.count == 2_000)
    }

    @Test func aFewRecordsAreStoredWhenTheyAreOld() throws {
        let relay = try Relay()
        try relay.deliver(1...3)
        try relay.come(toRestAfter: 1)
        #expect(relay.statistics.outboxBytes == 0)
        try relay.come(toRestAfter: 6_000)
        #expect(relay.statistics.outboxBytes > 0)
        #expect(relay.sink.held == ["1", "2", "3"])
        relay.sink.isAway = false
        try relay.come(toRestAfter: 1)
        #expect(relay.sink.values == ["1", "2", "3"])
        #expect(try relay.rows(.outbox) == 0)
    }

    @Test func aSinkThatIsGoneIsMissed() throws {
        let disk = SimulatedDisk()
        let first = try Relay(disk: disk)
        try first.deliver(1...3)
        try first.come(toRestAfter: 6_000)
        let error = #expect(throws: EngineError.self) { try Relay(disk: disk, sinkName: "other") }
        #expect(error?.description.contains("'main'") ?? false)
    }

    /// On a disk that has lost what was durable, figures may be older than the rows that they count.
    @Test func aLaneWithMoreRowsThanItCountedEndsAtNone() {
        var lane = OutboxLane(name: "main")
        let stored: [UInt64] = [7, 1, 10]
        #expect(unsafe stored.withUnsafeBytes { unsafe lane.restore($0) })
        let records = (6...7).map {
            OutboundBatch.Record(sequence: $0, topic: 0, start: 0, keyCount: -1, valueCount: 0, headers: [])
        }
        let batch = OutboundBatch(
            shard: 0, sink: 0, records: records, topics: ["t"], bytes: [], commit: 1, batchNumber: 0,
            onDelivered: { _ in })
        lane.lend(batch, rowBytes: 20)
        let isOfTheLane = lane.deleted(batch)
        #expect(isOfTheLane)
        #expect(!lane.isStoring)
        let row = lane.takeRow()
        #expect([row[0], row[1], row[2]] == [UInt64(7).littleEndian, 0, 0])
    }
}

/// An engine of one shard, step by step, with a handler that emits what it gets, and, if that is wanted, sends it to another shard, which
/// does nothing.
private final class Relay {
    let engine: SteppedEngine
    let sink = AwaySink()
    private let disk: SimulatedDisk
    private let slot: Int
    private let key: String
    private var now: Int64 = 1_000_000

    init(
        disk: SimulatedDisk = SimulatedDisk(), sinkName: String = "main", sendsToAnotherShard: Bool = false,
        limits: (inout EngineLimits) -> Void = { _ in }
    ) throws {
        self.disk = disk
        var options = EngineOptions()
        let shards = sendsToAnotherShard ? 2 : 1
        options.shardCount = shards
        options.threads = shards
        let keys = (0..<shards).map { shard in
            (0...).lazy.map { "key\($0)" }.first {
                RecordRouter.shard(ofHash: InvocationNames.hash(Array($0.utf8)), shardCount: shards) == shard
            } ?? ""
        }
        key = keys[0]
        options.ownShardLimits = ShardLimits(
            overlayBytes: 20_000, blockBytes: 20_000, overlayMilliseconds: 1_000, tableBytes: 40_000)
        options.limits.maxUndeliveredBytes = 2_000
        limits(&options.limits)
        let service = ServiceDefinition(
            name: "Relay", kind: .virtualObject,
            handlers: [
                .direct("event", ObjectContext.init) { (context: ObjectContext, value: RawSpan) in
                    try context.withKey { context.emit(topic: "out", key: $0, value: value) }
                    if shards == 2 { context.send(service: "Relay", handler: "event", key: ObjectKey(keys[1])) }
                }
            ])
        engine = try SteppedEngine(
            options: options, services: [service],
            subscriptions: [SubscriptionDefinition(name: "in", service: "Relay", handler: "event")],
            sinks: [(sinkName, sink)], disk: disk, observer: CollectingObserver())
        let (slot, position) = engine.intakes[0].open(topic: "t", partition: 0)
        if case .start = position { engine.intakes[0].begin(slot: slot, at: 0) }
        self.slot = slot
        engine.resend()
    }

    var statistics: EngineStatistics { engine.statistics }
    var isSaturated: Bool { engine.intakes[0].isSaturated }

    /// Delivers records with these numbers as offsets and values, some in a turn.
    func deliver(_ numbers: ClosedRange<Int>) throws {
        for start in stride(from: numbers.lowerBound, through: numbers.upperBound, by: 50) {
            let batch = engine.intakes[0].makeBatch()
            for number in start...min(start + 49, numbers.upperBound) {
                let value = Array("\(number)".utf8)
                unsafe Array(key.utf8).withUnsafeBytes { key in
                    unsafe value.withUnsafeBytes { value in
                        unsafe batch.append(slot: slot, offset: Int64(number), timestamp: nil, key: key, value: value)
                    }
                }
                batch.finishRecord()
            }
            engine.intakes[0].deliver(batch)
            try step()
        }
    }

    /// Takes steps until nothing happens any more, then once more that much later.
    func come(toRestAfter milliseconds: Int64) throws {
        try rest()
        now += milliseconds
        try rest()
    }

    private func rest() throws {
        while true {
            let before = engine.commits
            try step()
            let isDue = engine.nextWake(0, now: now).map { $0 <= now } ?? false
            if engine.commits == before, engine.waitingInputs(0) == 0, !isDue, !sink.acknowledgesLate() { return }
        }
    }

    private func step() throws {
        try engine.turn(0, inputs: .max, now: now)
        _ = try engine.sync()
        engine.release(upTo: engine.commits.durable)
        while var run = engine.nextWriteBack(upTo: engine.commits.durable, writeBytes: 1_000) {
            while try !run.step() {}
        }
    }

    func rows(_ family: Family) throws -> Int {
        var count = 0
        try unsafe disk.scan(family, from: [0, 0], to: [0, 1]) { _, _ in
            count += 1
            return true
        }
        if family == .outbox {
            // What is not written back yet counts too.
            count = 0
            try unsafe engine.snapshot().shard(0).scan(.outbox) { _, _ in
                count += 1
                return true
            }
        }
        return count
    }

    /// Blocks that are on the disk although everything in them is in the families.
    var blocks: Int {
        get throws {
            let applied = try ShardBlocks(shard: 0, in: disk).applied
            var count = 0
            try unsafe disk.scan(.batches, from: [0, 0], to: [0, 1]) { key, _ in
                let number = unsafe UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
                if number <= applied { count += 1 }
                return true
            }
            return count
        }
    }
}

/// A sink that takes what it is given and acknowledges nothing while it is away.
private final class AwaySink: RecordSink {
    private struct State {
        var isAway = true
        var held: [OutboundBatch] = []
        var records: [(sequence: UInt64, value: String)] = []
    }
    let maxRecordBytes = 1 << 20
    private let state = Mutex(State())

    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }
    /// Values that wait for it to come back.
    var held: [String] { state.withLock { $0.held.flatMap(Self.read).map(\.value) } }
    /// What it has acknowledged.
    var values: [String] { state.withLock { $0.records.map(\.value) } }
    var sequences: [UInt64] { state.withLock { $0.records.map(\.sequence) } }

    func start() {}
    func stop(drainMilliseconds: Int) {}
    func send(_ batch: OutboundBatch) { state.withLock { $0.held.append(batch) } }

    /// Acknowledges what is held, if it is back. Returns whether there was anything.
    func acknowledgesLate() -> Bool { !isAway && acknowledge(.max) }

    /// Acknowledges the first batches, after some that it passes over. Returns whether there was anything.
    @discardableResult
    func acknowledge(_ count: Int, after passedOver: Int = 0) -> Bool {
        let batches = state.withLock { state in
            let batches = Array(state.held.dropFirst(passedOver).prefix(count))
            state.held.removeSubrange(passedOver..<passedOver + batches.count)
            state.records += batches.flatMap(Self.read)
            return batches
        }
        for batch in batches { batch.delivered(batch.records.count) }
        return !batches.isEmpty
    }

    private static func read(_ batch: OutboundBatch) -> [(sequence: UInt64, value: String)] {
        unsafe batch.withBytes { bytes in
            batch.records.map { record in
                unsafe (
                    record.sequence, record.value(in: bytes).map { unsafe String(decoding: $0, as: UTF8.self) } ?? ""
                )
            }
        }
    }
}
