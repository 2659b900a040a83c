import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import TestKit
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// From a topic, through state, to a topic: what leaves, when, and with which number.
@Suite(.enabled(if: RealBroker.isThere, RealBroker.hint), .timeLimit(.minutes(5)))
struct OutputTests {
    @Test
    func everyRecordLeavesOnceInTheOrderOfItsShard() throws {
        try RealBroker.withTopic("in", partitions: 4) { topic, _, probe in
            try RealBroker.withTopic("out", partitions: 3) { output, _, _ in
                try probe.produce(RealBroker.records(0..<2000), to: topic)
                let recorder = Recorder(output: output)
                try TestNode.run(TemporaryDirectory(), recorder, TestNode.Setup(topic: topic)) { node in
                    #expect(recorder.wait(count: 2000))
                    #expect(node.waitUntilIdle())
                    #expect(node.sink.unacknowledgedRecords == 0)
                }
                let received = try probe.consume(output, atLeast: 2000)
                #expect(received.count == 2000)
                try Self.expectComplete(received, recorder)
            }
        }
    }

    /// Neither a record nor a group's offset gets out while the batch that decided it could still be lost.
    @Test
    func nothingLeavesBeforeItIsDurable() throws {
        try RealBroker.withTopic("in") { topic, _, probe in
            try RealBroker.withTopic("out") { output, _, _ in
                let recorder = Recorder(output: output)
                let group = RealBroker.name("group")
                let held = Mutex<HeldDisk?>(nil)
                var setup = TestNode.Setup(topic: topic, cluster: RealBroker.settings(group: group))
                setup.makeDisk = { disk in
                    let disk = HeldDisk(disk)
                    held.withLock { $0 = disk }
                    return disk
                }
                try TestNode.run(TemporaryDirectory(), recorder, setup) { node in
                    // Not before: an engine begins with a sync.
                    held.withLock { $0?.hold() }
                    defer { held.withLock { $0?.release() } }
                    try probe.produce(RealBroker.records(0..<10), to: topic)
                    #expect(recorder.wait(count: 10))
                    #expect(Waiting.wait { node.partition(0)?.position == 10 })
                    // When the source tells the log's end again it has been through a commit to the group.
                    for extra in 0..<3 {
                        try probe.produce(RealBroker.records(10 + extra..<11 + extra), to: topic)
                        #expect(Waiting.wait { node.partition(0)?.logEnd == Int64(11 + extra) })
                    }
                    #expect(node.engine.commits.durable < node.engine.commits.latest)
                    // Where it began is no news.
                    #expect(try BrokerTools.committedOffset(group: group, topic: topic) ?? 0 == 0)
                    try probe.produce([KafkaProbe.Record(key: "k", value: "first")], to: output)
                    held.withLock { $0?.release() }
                    #expect(recorder.wait(count: 13))
                    #expect(Waiting.wait { (try? BrokerTools.committedOffset(group: group, topic: topic)) == 13 })
                }
                let received = try probe.consume(output, atLeast: 14)
                #expect(received.first?.text == "first")
                try Self.expectComplete(Array(received.dropFirst()), recorder)
            }
        }
    }

    /// What had no time to leave leaves after the restart, under the numbers that it had.
    @Test
    func whatIsNotSentIsSentAfterARestart() throws {
        try RealBroker.withTopic("in") { topic, admin, probe in
            let output = RealBroker.name("later")
            defer { try? admin.deleteTopic(output) }
            try probe.produce(RealBroker.records(0..<200), to: topic)
            let directory = try TemporaryDirectory()
            let recorder = Recorder(output: output)
            let setup = TestNode.Setup(topic: topic)
            try TestNode.run(directory, recorder, setup, drainMilliseconds: 0) { node in
                #expect(recorder.wait(count: 200))
                #expect(Waiting.wait { node.sink.unacknowledgedRecords == 200 })
            }
            try admin.createTopic(output, partitions: 2)
            try probe.produce(RealBroker.records(200..<300), to: topic)
            try TestNode.run(directory, recorder, setup) { node in
                #expect(recorder.wait(count: 300))
                #expect(node.waitUntilIdle())
            }
            let received = try probe.consume(output, atLeast: 300)
            #expect(received.count == 300)
            try Self.expectComplete(received, recorder)
        }
    }

    /// A crash between the broker's acknowledgement and the engine's note of it: everything is sent again, each record
    /// with the number that it had, so that a reader can drop it.
    @Test
    func aRecordThatIsSentAgainHasTheSameNumber() throws {
        try RealBroker.withTopic("in") { topic, _, probe in
            try RealBroker.withTopic("out", partitions: 2) { output, _, _ in
                try probe.produce(RealBroker.records(0..<200), to: topic)
                let directory = try TemporaryDirectory()
                let recorder = Recorder(output: output)
                var forgetful = TestNode.Setup(topic: topic)
                let acknowledged = Mutex<ForgetfulSink?>(nil)
                forgetful.makeSink = { sink in
                    let sink = ForgetfulSink(sink)
                    acknowledged.withLock { $0 = sink }
                    return sink
                }
                try TestNode.run(directory, recorder, forgetful, drainMilliseconds: 0) { node in
                    #expect(Waiting.wait { acknowledged.withLock { $0?.acknowledgedRecords } == 200 })
                }
                let before = try probe.consume(output, atLeast: 200)
                try probe.produce(RealBroker.records(200..<250), to: topic)
                try TestNode.run(directory, recorder, TestNode.Setup(topic: topic)) { node in
                    #expect(recorder.wait(count: 250))
                    #expect(node.waitUntilIdle())
                }
                let received = try probe.consume(output, atLeast: 450)
                #expect(received.count == 450)
                let numbers = Dictionary(grouping: received) { $0.header("millrace-sequence") ?? "" }
                #expect(numbers.count == 250)
                for record in before {
                    let number = record.header("millrace-sequence") ?? ""
                    let same = numbers[number] ?? []
                    #expect(same.count == 2, "\(number)")
                    #expect(same.allSatisfy { $0.text == record.text && $0.key == record.key })
                }
                try Self.expectComplete(Self.withoutRepeats(received), recorder)
            }
        }
    }

    // MARK: Helpers

    /// Drops what has a number that was there before: in each partition, and in all.
    static func withoutRepeats(_ records: [KafkaProbe.Received]) -> [KafkaProbe.Received] {
        var known: Set<String> = []
        return records.filter { known.insert($0.header("millrace-sequence") ?? "").inserted }
    }

    /// Expects that the output has each record that was seen once, in each partition in the order of the shards' numbers,
    /// and for each key in the order in which it had them.
    static func expectComplete(_ output: [KafkaProbe.Received], _ recorder: Recorder) throws {
        #expect(output.map(\.text).sorted() == recorder.seen.map(\.place).sorted())
        var last: [String: Int] = [:]
        for record in output {
            let parts = record.header("millrace-sequence")?.split(separator: "/").compactMap { Int($0) } ?? []
            try #require(parts.count == 2)
            let place = "\(record.partition)/\(parts[0])"
            #expect(parts[1] > last[place] ?? 0)
            last[place] = parts[1]
        }
        let byKey = Dictionary(grouping: output) { String(decoding: $0.key ?? [], as: UTF8.self) }
        for (key, history) in recorder.histories { #expect(byKey[key]?.map(\.text) == history, "key \(key)") }
    }
}

/// Sends everything, and tells the engine of no acknowledgement: the engine knows as much as if it had crashed before.
private final class ForgetfulSink: RecordSink {
    private let sink: KafkaSink
    private let acknowledged = Atomic<Int>(0)

    init(_ sink: KafkaSink) { self.sink = sink }

    var acknowledgedRecords: Int { acknowledged.load(ordering: .relaxed) }
    var maxRecordBytes: Int { sink.maxRecordBytes }
    func start() throws { try sink.start() }
    func stop(drainMilliseconds: Int) { sink.stop(drainMilliseconds: drainMilliseconds) }

    func send(_ batch: OutboundBatch) {
        sink.send(
            OutboundBatch(
                shard: batch.shard, sink: batch.sink, records: batch.records, topics: batch.topics,
                bytes: unsafe batch.withBytes { unsafe [UInt8]($0) }, commit: 0, batchNumber: batch.batchNumber,
                onDelivered: { self.acknowledged.add($0.records.count, ordering: .relaxed) }))
    }
}
