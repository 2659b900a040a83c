import Millrace
import MillraceStore
import Synchronization
import TestKit
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// Where an engine goes on that was stopped, and what becomes of records that the log has lost or has once more.
@Suite(.enabled(if: RealBroker.isThere, RealBroker.hint), .timeLimit(.minutes(5)))
struct ResumeTests {
    @Test
    func everyRecordIsAppliedOnceOverManyRestarts() throws {
        try RealBroker.withTopic("restarts", partitions: 3) { topic, _, probe in
            let directory = try TemporaryDirectory()
            let recorder = Recorder()
            for round in 0..<4 {
                try probe.produce(RealBroker.records(round * 500..<(round + 1) * 500), to: topic)
                // The last rounds stop in the middle of what there is.
                try TestNode.run(directory, recorder, TestNode.Setup(topic: topic)) { _ in
                    #expect(recorder.wait(count: round * 500 + 100))
                }
            }
            try TestNode.run(directory, recorder, TestNode.Setup(topic: topic)) { _ in
                #expect(recorder.wait(count: 2000))
            }
            try Self.expectEveryRecordOnce(recorder, topic, probe, total: 2000)
        }
    }

    /// The shards of a stopped engine have come to different offsets; the source goes on at the lowest, and what a shard
    /// has had before is dropped.
    @Test
    func goesOnAtTheLowestWatermarkAndDropsDuplicates() throws {
        try RealBroker.withTopic("watermarks") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<100), to: topic)
            let records = try probe.consume(topic, atLeast: 100).map { (key: $0.key ?? [], value: $0.value ?? []) }
            let directory = try TemporaryDirectory()
            let recorder = Recorder()
            var first = TestNode.Setup(topic: topic)
            // Shards with even numbers get everything, the others only what comes before offset 40.
            let isEven = { (key: [UInt8]) in
                unsafe key.withUnsafeBytes { unsafe RecordRouter.shard(ofHash: XXH64.hash($0), shardCount: 8) % 2 == 0 }
            }
            let given = records.enumerated().filter { $0.offset < 40 || isEven($0.element.key) }
            first.makeSource = { intake in
                let all = given.map { (offset: Int64($0.offset), key: $0.element.key, value: $0.element.value) }
                return SilentSource(intake, topic, [all.filter { $0.offset < 40 }, all.filter { $0.offset >= 40 }])
            }
            try TestNode.run(directory, recorder, first) { _ in #expect(recorder.wait(count: given.count)) }
            #expect(given.count > 40 && given.count < 100)
            try TestNode.run(directory, recorder, TestNode.Setup(topic: topic)) { node in
                #expect(recorder.wait(count: 100))
                // A shard that had no record among the last ones before 40 is behind a little more.
                guard case .running(let from) = node.observer.status(0) else { return #expect(Bool(false)) }
                #expect(from > 0 && from <= 40)
                // The other thread's shards may still have them before them.
                #expect(Waiting.wait { node.engine.statistics.duplicates > 0 })
            }
            try Self.expectEveryRecordOnce(recorder, topic, probe, total: 100)
        }
    }

    @Test(arguments: [MissingOffsetPolicy.stop, .earliest, .latest])
    func theLogBeginsBehindTheStoredOffset(policy: MissingOffsetPolicy) throws {
        try RealBroker.withTopic("gone") { topic, admin, probe in
            let directory = try TemporaryDirectory()
            let recorder = Recorder()
            try probe.produce(RealBroker.records(0..<10), to: topic)
            try TestNode.run(directory, recorder, TestNode.Setup(topic: topic)) { _ in
                #expect(recorder.wait(count: 10))
            }
            try probe.produce(RealBroker.records(10..<30), to: topic)
            try admin.deleteRecords(topic: topic, partition: 0, before: 20)
            var setup = TestNode.Setup(topic: topic)
            setup.onMissingOffset = policy
            try TestNode.run(directory, recorder, setup) { node in
                switch policy {
                case .stop:
                    #expect(node.observer.wait(0) { $0.isStopped })
                    let reason = node.observer.status(0)?.reason ?? ""
                    #expect(reason.contains("the stored offset is 10, but the log starts at 20 and ends at 30"))
                    #expect(reason.contains("onMissingOffset"))
                    return
                case .earliest: #expect(node.observer.wait(0) { $0 == .running(from: 20) })
                case .latest: #expect(node.observer.wait(0) { $0 == .running(from: 30) })
                }
                try probe.produce(RealBroker.records(30..<35), to: topic)
                #expect(recorder.wait { $0.seen.contains { $0.record.offset == 34 } })
                #expect(Waiting.wait { node.partition(0)?.position == 35 })
            }
            let expected: [Int64] =
                switch policy {
                case .stop: Array(0..<10)
                case .earliest: Array(0..<10) + Array(20..<35)
                case .latest: Array(0..<10) + Array(30..<35)
                }
            #expect(recorder.seen.map(\.record.offset).sorted() == expected)
            // Whoever decides later goes on there.
            guard policy == .stop else { return }
            setup.onMissingOffset = .earliest
            try TestNode.run(directory, recorder, setup) { _ in #expect(recorder.wait(count: 20)) }
            #expect(recorder.seen.map(\.record.offset).sorted() == Array(0..<10) + Array(20..<30))
        }
    }

    /// While the engine was away the topic was deleted and created again, with fewer records than were read of it.
    @Test(arguments: [MissingOffsetPolicy.stop, .earliest, .latest])
    func theLogEndsBeforeTheStoredOffset(policy: MissingOffsetPolicy) throws {
        try RealBroker.withTopic("again") { topic, admin, probe in
            let directory = try TemporaryDirectory()
            let recorder = Recorder()
            try probe.produce(RealBroker.records(0..<50), to: topic)
            try TestNode.run(directory, recorder, TestNode.Setup(topic: topic)) { _ in
                #expect(recorder.wait(count: 50))
            }
            try admin.deleteTopic(topic)
            try Self.create(topic, admin)
            try probe.produce(RealBroker.records(100..<103), to: topic)
            var setup = TestNode.Setup(topic: topic)
            setup.onMissingOffset = policy
            let before = recorder.seen.count
            try TestNode.run(directory, recorder, setup) { node in
                switch policy {
                case .stop:
                    #expect(node.observer.wait(0) { $0.isStopped })
                    let reason = node.observer.status(0)?.reason ?? ""
                    #expect(reason.contains("the stored offset is 50, but the log starts at 0 and ends at 3"))
                    return
                case .earliest: #expect(node.observer.wait(0) { $0 == .running(from: 0) })
                case .latest: #expect(node.observer.wait(0) { $0 == .running(from: 3) })
                }
                try probe.produce(RealBroker.records(103..<105), to: topic)
                #expect(recorder.wait { $0.texts.contains("104") })
                #expect(Waiting.wait { node.partition(0)?.position == 5 })
            }
            // The new offsets are stored: nothing comes twice, nothing is left out.
            setup.onMissingOffset = .stop
            guard policy != .stop else { return }
            try probe.produce(RealBroker.records(105..<107), to: topic)
            try TestNode.run(directory, recorder, setup) { _ in
                #expect(recorder.wait { $0.texts.contains("106") })
            }
            let expected = policy == .earliest ? 100..<107 : 103..<107
            #expect(recorder.texts[before...].sorted() == expected.map(String.init))
        }
    }

    /// Stored offsets survive compaction and transactions' ends at the end of the log.
    @Test(arguments: [BrokerTools.Ending.commit, .abort])
    func aTransactionsEndIsTheLastThingInTheLog(ending: BrokerTools.Ending) throws {
        try RealBroker.withTopic("marker") { topic, _, probe in
            let directory = try TemporaryDirectory()
            let recorder = Recorder()
            try probe.produce(RealBroker.records(0..<3), to: topic)
            try BrokerTools.produceInTransaction(RealBroker.records(3..<6), to: topic, ending: ending)
            let setup = TestNode.Setup(topic: topic)
            try TestNode.run(directory, recorder, setup) { node in
                // Six records and the end's marker.
                #expect(Waiting.wait { node.partition(0)?.position == 7 })
                #expect(node.partition(0)?.lag == 0)
            }
            let first = ending == .commit ? 0..<6 : 0..<3
            #expect(recorder.texts.sorted() == first.map(String.init))
            try BrokerTools.produceInTransaction(RealBroker.records(6..<8), to: topic, ending: .abort)
            try TestNode.run(directory, recorder, setup) { node in
                #expect(node.observer.wait(0) { $0 == .running(from: 7) })
                #expect(Waiting.wait { node.partition(0)?.position == 10 })
                try probe.produce(RealBroker.records(8..<9), to: topic)
                #expect(recorder.wait { $0.texts.contains("8") })
            }
            #expect(recorder.texts.sorted() == (Array(first) + [8]).map(String.init))
            #expect(recorder.seen.last?.record.offset == 10)
        }
    }

    // MARK: Helpers

    /// The state and the order: every key's history is the log's.
    static func expectEveryRecordOnce(_ recorder: Recorder, _ topic: String, _ probe: KafkaProbe, total: Int) throws {
        let log = try probe.consume(topic, atLeast: total)
        var expected: [String: [Int32: [String]]] = [:]
        for record in log {
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            expected[key, default: [:]][record.partition, default: []].append("\(record.partition)@\(record.offset)")
        }
        #expect(recorder.seen.count == total)
        let histories = recorder.histories
        #expect(Set(histories.keys) == Set(expected.keys))
        for (key, history) in histories {
            let byPartition = Dictionary(grouping: history) { Int32($0.split(separator: "@")[0]) ?? -1 }
            #expect(byPartition == expected[key], "key \(key)")
        }
    }

    /// Creates a topic whose deletion may not be complete yet.
    static func create(_ topic: String, _ admin: KafkaAdmin) throws {
        var failure: KafkaError?
        let isCreated = Waiting.wait {
            do throws(KafkaError) { try admin.createTopic(topic, partitions: 1) } catch {
                failure = error
                return false
            }
            return true
        }
        if let failure, !isCreated { throw failure }
    }
}

/// Delivers the batches it is given, and says nothing of how far it has read.
private final class SilentSource: RecordSource {
    typealias Record = (offset: Int64, key: [UInt8], value: [UInt8])

    private let intake: Intake
    private let topic: String
    private let batches: [[Record]]

    init(_ intake: Intake, _ topic: String, _ batches: [[Record]]) {
        self.intake = intake
        self.topic = topic
        self.batches = batches
    }

    func start() {
        let (slot, _) = intake.open(topic: topic, partition: 0)
        intake.begin(slot: slot, at: 0)
        for records in batches {
            let batch = intake.makeBatch()
            for record in records {
                unsafe record.key.withUnsafeBytes { key in
                    unsafe record.value.withUnsafeBytes { value in
                        unsafe batch.append(slot: slot, offset: record.offset, timestamp: nil, key: key, value: value)
                    }
                }
                batch.finishRecord()
            }
            intake.deliver(batch)
        }
    }

    func stop() {}
}
