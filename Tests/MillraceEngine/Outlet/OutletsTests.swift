import Millrace
import Synchronization
import Testing

@testable import MillraceEngine

struct OutletsTests {
    private func batch(
        _ number: UInt64, commit: UInt64, _ delivered: @escaping @Sendable (OutboundBatch) -> Void = { _ in }
    )
        -> OutboundBatch
    {
        var outgoing = Outgoing()
        unsafe Array("value".utf8).withUnsafeBytes { value in
            unsafe outgoing.emit(sink: 0, topic: "t", key: nil, value: value, headers: [])
        }
        let records = outgoing.emissions.map {
            OutboundBatch.Record(
                sequence: number, topic: $0.topic, start: $0.start, keyCount: $0.keyCount, valueCount: $0.valueCount,
                headers: $0.headers)
        }
        return OutboundBatch(
            shard: 0, sink: 0, records: records, topics: outgoing.topics, bytes: outgoing.bytes, commit: commit,
            batchNumber: number, onDelivered: delivered)
    }

    @Test func holdsBackWhatIsNotDurable() {
        let sink = CollectingSink()
        let outlets = Outlets(sinks: [sink])
        for number in UInt64(1)...5 { outlets.hold(batch(number, commit: number * 10), for: 0) }
        outlets.release(upTo: 9)
        #expect(sink.received.withLock { $0.isEmpty })
        outlets.release(upTo: 30)
        #expect(sink.received.withLock { $0.map(\.sequence) } == [1, 2, 3])
        #expect(!outlets.isEmpty)
        outlets.release(upTo: 50)
        #expect(sink.received.withLock { $0.map(\.sequence) } == [1, 2, 3, 4, 5])
        #expect(outlets.isEmpty)
    }

    @Test func batchIsDeliveredWhenAllItsRecordsAre() {
        let count = Atomic<Int>(0)
        let batch = OutboundBatch(
            shard: 1, sink: 0,
            records: (0..<3).map {
                OutboundBatch.Record(sequence: $0, topic: 0, start: 0, keyCount: -1, valueCount: -1, headers: [])
            }, topics: ["t"], bytes: [], commit: 1, batchNumber: 9
        ) { _ in count.add(1, ordering: .relaxed) }
        batch.delivered(1)
        batch.delivered(1)
        #expect(count.load(ordering: .relaxed) == 0)
        batch.delivered(1)
        #expect(count.load(ordering: .relaxed) == 1)
    }

    @Test func partOfABatchIsTakenBack() {
        var outgoing = Outgoing()
        func emit(_ text: String, _ topic: String) {
            unsafe Array(text.utf8).withUnsafeBytes { value in
                unsafe outgoing.emit(sink: 0, topic: topic, key: value, value: value, headers: [])
            }
        }
        emit("kept", "a")
        let mark = outgoing.mark
        emit("gone", "b")
        outgoing.send(.kill(InvocationID(keyHash: 1, dueMilliseconds: 1, originShard: 0, sequence: 1)), to: 2)
        outgoing.rollBack(to: mark)
        emit("new", "a")
        #expect(outgoing.emissions.map { outgoing.topics[$0.topic] } == ["a", "a"])
        #expect(String(decoding: outgoing.bytes, as: UTF8.self) == "keptkeptnewnew")
        #expect(outgoing.messages.isEmpty)
        outgoing.removeAll()
        #expect(outgoing.isEmpty)
    }
}
