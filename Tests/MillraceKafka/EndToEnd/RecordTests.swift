import Millrace
import TestKit
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// What a handler gets of a record, through a real broker and a real engine.
@Suite(.enabled(if: RealBroker.isThere, RealBroker.hint), .timeLimit(.minutes(5)))
struct RecordTests {
    @Test
    func theHandlerSeesTheWholeRecord() throws {
        try RealBroker.withTopic("record", partitions: 3) { topic, _, probe in
            try probe.produce(
                [
                    KafkaProbe.Record(
                        key: [0, 255, 10], value: Array("one".utf8),
                        headers: [("a", [1, 2]), ("b", nil), ("a", []), ("é", [3])], partition: 2,
                        timestamp: 1_700_000_000_123),
                    KafkaProbe.Record(key: [0, 255, 10], value: [0, 0xC3, 0x28], partition: 2),
                ], to: topic)
            let recorder = Recorder()
            try TestNode.run(TemporaryDirectory(), recorder, TestNode.Setup(topic: topic)) { _ in
                #expect(recorder.wait(count: 2))
            }
            let seen = recorder.seen
            try #require(seen.count == 2)
            #expect(seen[0].key == [0, 255, 10])
            #expect(seen[0].text == "one")
            #expect(seen[0].record.topic == topic)
            #expect(seen[0].record.partition == 2)
            #expect(seen[0].record.offset == 0)
            #expect(seen[0].record.timestampMilliseconds == 1_700_000_000_123)
            #expect(seen[0].record.key == [0, 255, 10])
            #expect(
                seen[0].record.headers == [
                    SourceRecord.Header(name: "a", value: [1, 2]), SourceRecord.Header(name: "b", value: nil),
                    SourceRecord.Header(name: "a", value: []), SourceRecord.Header(name: "é", value: [3]),
                ])
            #expect(seen[1].value == [0, 0xC3, 0x28])
            #expect(seen[1].history == ["2@0", "2@1"])
        }
    }

    @Test
    func anyBytesAreAKeyAndTombstonesAreTold() throws {
        let keys: [[UInt8]] = [[], [0], [0xFF, 0xFE], Array("a/b\u{0}c".utf8), [UInt8](repeating: 7, count: 5000)]
        try RealBroker.withTopic("keys") { topic, _, probe in
            try probe.produce(
                keys.map { KafkaProbe.Record(key: $0, value: [1]) }
                    + keys.map { KafkaProbe.Record(key: $0, value: nil) }
                    + [KafkaProbe.Record(key: [9], value: [])], to: topic)
            let recorder = Recorder()
            try TestNode.run(TemporaryDirectory(), recorder, TestNode.Setup(topic: topic)) { _ in
                #expect(recorder.wait(count: 11))
            }
            // Shards run side by side, so the order between keys is open.
            let seen = recorder.seen.sorted { $0.record.offset < $1.record.offset }
            try #require(seen.count == 11)
            #expect(seen.map(\.key) == keys + keys + [[9]])
            #expect(
                seen.map(\.record.isTombstone) == [Bool](repeating: false, count: 5)
                    + [Bool](repeating: true, count: 5) + [false])
            #expect(seen[5..<10].allSatisfy { $0.value.isEmpty && $0.history.count == 2 })
        }
    }

    /// A record without a key fails by its subscription's policy and keeps nobody waiting.
    @Test(arguments: [ErrorPolicy.End.park, .skip])
    func aRecordWithoutAKeyStandsInNobodysWay(then end: ErrorPolicy.End) throws {
        try RealBroker.withTopic("keyless") { topic, _, probe in
            try probe.produce(
                [
                    KafkaProbe.Record(key: nil, value: Array("none".utf8)), KafkaProbe.Record(key: "k", value: "1"),
                    KafkaProbe.Record(key: nil, value: nil), KafkaProbe.Record(key: "k", value: "2"),
                ], to: topic)
            let recorder = Recorder()
            var setup = TestNode.Setup(topic: topic)
            setup.onError.then = end
            try TestNode.run(TemporaryDirectory(), recorder, setup) { node in
                #expect(recorder.wait(count: 2))
                #expect(Waiting.wait { node.partition(0)?.position == 4 })
                #expect(node.engine.statistics.parkedKeys == (end == .park ? 2 : 0))
                #expect(node.observer.status(0)?.isRunning == true)
            }
            #expect(recorder.texts == ["1", "2"])
        }
    }
}
