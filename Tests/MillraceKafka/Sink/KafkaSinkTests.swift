import Millrace
import Synchronization
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// The sink alone, on a real broker.
@Suite(.enabled(if: RealBroker.isThere, RealBroker.hint), .timeLimit(.minutes(5)))
struct KafkaSinkTests {
    @Test
    func sendsEachShardsRecordsInOrderWithTheirNumbers() throws {
        try RealBroker.withTopic("out") { topic, _, probe in
            let shards = (0..<4).map { Emitter(shard: $0) }
            try Self.withSink { sink in
                for _ in 0..<50 {
                    for shard in shards { sink.send(shard.batch((0..<20).map { (topic, "k\($0)", "v") })) }
                }
                #expect(Waiting.wait { shards.allSatisfy { $0.delivered == 1000 } })
                #expect(sink.unacknowledgedRecords == 0)
                #expect(sink.status == .running)
            }
            let received = try probe.consume(topic, atLeast: 4000)
            #expect(received.count == 4000)
            var last = [Int](repeating: 0, count: 4)
            for record in received {
                let parts = record.header("millrace-sequence")?.split(separator: "/").compactMap { Int($0) } ?? []
                try #require(parts.count == 2)
                #expect(parts[1] == last[parts[0]] + 1)
                last[parts[0]] = parts[1]
            }
            #expect(last == [1000, 1000, 1000, 1000])
        }
    }

    @Test
    func recordsGoThroughWhole() throws {
        try RealBroker.withTopic("bytes") { topic, _, probe in
            let emitter = Emitter(shard: 70_000)
            try Self.withSink { sink in
                sink.send(
                    emitter.batch([
                        (topic, [0, 255], [1, 0], [("a", [7]), ("b", nil), ("c", [])]), (topic, nil, [], []),
                        (topic, [], nil, []),
                    ]))
                #expect(Waiting.wait { emitter.delivered == 3 })
            }
            let received = try probe.consume(topic, atLeast: 3)
            #expect(received.map(\.key) == [[0, 255], nil, []])
            #expect(received.map(\.value) == [[1, 0], [], nil])
            #expect(received[0].headers.map(\.name) == ["a", "b", "c", "millrace-sequence"])
            #expect(received[0].headers.prefix(3).map(\.value) == [[7], nil, []])
            #expect(received.map { $0.header("millrace-sequence") } == ["70000/1", "70000/2", "70000/3"])
        }
    }

    @Test
    func aTopicThatDoesNotExistKeepsOnlyItsOwnRecordsWaiting() throws {
        try RealBroker.withTopic("there") { topic, admin, probe in
            let missing = RealBroker.name("missing")
            defer { try? admin.deleteTopic(missing) }
            let emitter = Emitter(shard: 0)
            try Self.withSink { sink in
                for index in 0..<10 {
                    sink.send(emitter.batch([(missing, "k", "m\(index)"), (topic, "k", "t\(index)")]))
                }
                #expect(Waiting.wait { sink.unacknowledgedRecords == 10 })
                #expect(
                    sink.status
                        == .waiting(reasons: ["topic '\(missing)' does not exist on cluster 'main'; create it"]))
                try admin.createTopic(missing, partitions: 1)
                #expect(Waiting.wait { emitter.delivered == 20 })
                #expect(Waiting.wait { sink.status == .running })
            }
            #expect(try probe.consume(topic, atLeast: 10).map(\.text) == (0..<10).map { "t\($0)" })
            #expect(try probe.consume(missing, atLeast: 10).map(\.text) == (0..<10).map { "m\($0)" })
        }
    }

    @Test
    func aTopicThatIsDeletedAndCreatedAgainGetsWhatWaits() throws {
        try RealBroker.withTopic("deleted") { topic, admin, probe in
            let emitter = Emitter(shard: 0)
            try Self.withSink { sink in
                sink.send(emitter.batch([(topic, "k", "before")]))
                #expect(Waiting.wait { emitter.delivered == 1 })
                try admin.deleteTopic(topic)
                sink.send(emitter.batch((0..<50).map { (topic, "k", "\($0)") }))
                #expect(Waiting.wait { if case .waiting = sink.status { true } else { false } })
                try ResumeTests.create(topic, admin)
                #expect(Waiting.wait { emitter.delivered == 51 })
                #expect(Waiting.wait { sink.status == .running })
            }
            #expect(Self.withoutRepeats(try probe.everything(in: topic)) == (0..<50).map(String.init))
        }
    }

    @Test
    func aRecordThatTheTopicRefusesKeepsItsTopicWaitingAndNothingIsLost() throws {
        let small = [("max.message.bytes", "2000")]
        try RealBroker.withTopic("small", configuration: small) { topic, _, probe in
            try RealBroker.withTopic("other") { other, _, _ in
                let emitter = Emitter(shard: 0)
                // What does not get smaller by compression.
                var random = SystemRandomNumberGenerator()
                let large = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
                try Self.withSink { sink in
                    sink.send(emitter.batch([(topic, "k", "0"), (topic, "k", "1")]))
                    #expect(Waiting.wait { emitter.delivered == 2 })
                    sink.send(emitter.batch([(topic, [1], large, []), (topic, [1], [50], []), (other, [1], [51], [])]))
                    #expect(
                        Waiting.wait {
                            guard case .waiting(let reasons) = sink.status else { return false }
                            return reasons.contains {
                                $0.contains("topic '\(topic)' does not take a record (millrace-sequence 0/")
                                    && $0.contains("raise the topic's max.message.bytes")
                            }
                        })
                    sink.send(emitter.batch([(other, "k", "further")]))
                    #expect(Waiting.wait { sink.unacknowledgedRecords == 2 })
                    try BrokerTools.configure(topic, "max.message.bytes", "100000")
                    #expect(Waiting.wait { emitter.delivered == 6 })
                    #expect(Waiting.wait { sink.status == .running })
                }
                let received = try probe.everything(in: topic)
                #expect(Self.withoutRepeats(received) == ["0", "1", String(decoding: large, as: UTF8.self), "2"])
                #expect(Self.withoutRepeats(try probe.everything(in: other)) == ["3", "further"])
            }
        }
    }

    @Test
    func aCompactedTopicRefusesARecordWithoutAKeyAndSaysWhy() throws {
        try RealBroker.withTopic("compact", configuration: [("cleanup.policy", "compact")]) { topic, _, probe in
            let emitter = Emitter(shard: 3)
            try Self.withSink { sink in
                sink.send(emitter.batch([(topic, nil, [1], [])]))
                #expect(
                    Waiting.wait {
                        guard case .waiting(let reasons) = sink.status else { return false }
                        return reasons.contains { $0.contains("a compacted topic takes no record without a key") }
                    })
                try BrokerTools.configure(topic, "cleanup.policy", "delete")
                #expect(Waiting.wait { emitter.delivered == 1 })
            }
            #expect(try probe.consume(topic, atLeast: 1).count == 1)
        }
    }

    @Test
    func partitionsThatAreAddedWhileSendingAreUsed() throws {
        try RealBroker.withTopic("wider") { topic, admin, probe in
            let emitter = Emitter(shard: 0)
            let quick = RealBroker.settings([("topic.metadata.refresh.interval.ms", "100")])
            try Self.withSink(quick) { sink in
                sink.send(emitter.batch((0..<10).map { (topic, "k\($0)", "v") }))
                #expect(Waiting.wait { emitter.delivered == 10 })
                try admin.addPartitions(to: topic, total: 4)
                var sent = 10
                let isUsed = Waiting.wait {
                    sink.send(emitter.batch((0..<20).map { (topic, "key-\($0)", "v") }))
                    sent += 20
                    _ = Waiting.wait { emitter.delivered == sent }
                    let received = try? probe.consume(topic, atLeast: sent)
                    return Set(received?.map(\.partition) ?? []).count == 4
                }
                #expect(isUsed)
            }
        }
    }

    // MARK: Helpers

    private static func withSink(
        _ settings: KafkaClusterSettings = RealBroker.settings(), _ body: (KafkaSink) throws -> Void
    ) throws {
        let sink = try KafkaSink(settings, log: Lines.standardError)
        try sink.start()
        defer { sink.stop(drainMilliseconds: 5000) }
        try body(sink)
    }

    /// The values as a reader sees them who drops what has a number that it has seen. Fails where a shard's order is broken.
    static func withoutRepeats(_ records: [KafkaProbe.Received]) -> [String] {
        var last: [Int: Int] = [:]
        return records.filter { record in
            let parts = record.header("millrace-sequence")?.split(separator: "/").compactMap { Int($0) } ?? []
            guard parts.count == 2, parts[1] > last[parts[0]] ?? 0 else { return false }
            last[parts[0]] = parts[1]
            return true
        }.map(\.text)
    }
}

/// Makes batches as a shard does, and counts what is acknowledged of them.
final class Emitter: Sendable {
    typealias Emission = (topic: String, key: [UInt8]?, value: [UInt8]?, headers: [(String, [UInt8]?)])

    private let shard: Int
    private let sequence = Atomic<UInt64>(0)
    private let acknowledged = Atomic<Int>(0)

    init(shard: Int) { self.shard = shard }

    /// How many records are in batches that are acknowledged as a whole.
    var delivered: Int { acknowledged.load(ordering: .relaxed) }

    func batch(_ emissions: [(String, String, String)]) -> OutboundBatch {
        batch(emissions.map { ($0.0, Array($0.1.utf8), Array($0.2.utf8), []) })
    }

    func batch(_ emissions: [Emission]) -> OutboundBatch {
        var (records, topics, bytes) = ([OutboundBatch.Record](), [String](), [UInt8]())
        for emission in emissions {
            if !topics.contains(emission.topic) { topics.append(emission.topic) }
            let start = bytes.count
            bytes += (emission.key ?? []) + (emission.value ?? [])
            records.append(
                OutboundBatch.Record(
                    sequence: sequence.add(1, ordering: .relaxed).newValue,
                    topic: topics.firstIndex(of: emission.topic) ?? 0, start: start,
                    keyCount: emission.key?.count ?? -1, valueCount: emission.value?.count ?? -1,
                    headers: emission.headers.map { SourceRecord.Header(name: $0.0, value: $0.1) }))
        }
        return OutboundBatch(
            shard: shard, sink: 0, records: records, topics: topics, bytes: bytes, commit: 0, batchNumber: 1,
            onDelivered: { self.acknowledged.add($0.records.count, ordering: .relaxed) })
    }
}

extension KafkaProbe.Received {
    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}
