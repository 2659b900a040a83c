import Millrace
import TestKit
import Testing

@testable import MillraceEngine

struct RecordBatchTests {
    private let host = FakeHost()

    @Test(arguments: UInt64(1)...20)
    func holdsWhatWasPutIn(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let intake = host.makeIntake()
        let (slot, _) = intake.open(topic: "t", partition: 0)
        let batch = intake.makeBatch()
        var records: [SteppedHarness.Record] = []
        for offset in 0..<Int.random(in: 1...300, using: &random) {
            let text = String(repeating: "x", count: [0, 3, 5_000].randomElement(using: &random) ?? 0)
            records.append(
                SteppedHarness.Record(
                    offset: Int64(offset * 3), key: random.chance(10) ? nil : "\(offset)" + text, value: text,
                    headers: random.chance(30) ? [("name", text), ("none", nil), ("", "v")] : []))
            batch.append(records[offset], slot: slot)
        }
        #expect(batch.recordCount == records.count)
        for (record, entry) in zip(records, batch.entries) {
            #expect(entry.offset == record.offset)
            #expect(unsafe batch.key(entry).map { unsafe String(decoding: $0, as: UTF8.self) } == record.key)
            #expect(unsafe batch.value(entry).map { unsafe String(decoding: $0, as: UTF8.self) } == record.value)
            var headers: [String] = []
            unsafe batch.forEachHeader(entry) { name, value in
                unsafe headers.append(
                    String(decoding: name, as: UTF8.self) + "="
                        + (value.map { unsafe String(decoding: $0, as: UTF8.self) } ?? "-"))
            }
            #expect(headers == record.headers.map { "\($0.name)=\($0.value ?? "-")" })
            if let key = record.key {
                #expect(unsafe String(decoding: batch.route(entry), as: UTF8.self) == key)
            } else {
                #expect(entry.failure >= 0)
            }
        }
    }

    @Test func recordsOfAShardAreLinkedInTheirOrder() {
        let intake = host.makeIntake()
        let (slot, _) = intake.open(topic: "t", partition: 0)
        let batch = intake.makeBatch()
        for offset in 0..<100 {
            batch.append(SteppedHarness.Record(offset: Int64(offset), key: "\(offset % 13)", value: ""), slot: slot)
        }
        var seen = 0
        for shard in 0..<4 {
            var last: Int64 = -1
            var count = 0
            var next = batch.heads[shard]
            while next >= 0 {
                let entry = batch.entries[Int(next)]
                #expect(entry.shard == shard)
                #expect(entry.offset > last)
                last = entry.offset
                count += 1
                next = entry.next
            }
            #expect(count == batch.counts[shard])
            seen += count
        }
        #expect(seen == 100)
    }

    @Test func advancesAreTheHighestOfEachSlot() {
        let intake = host.makeIntake()
        let slots = (0..<3).map { intake.open(topic: "t", partition: Int32($0)).slot }
        let batch = intake.makeBatch()
        batch.append(SteppedHarness.Record(offset: 5, key: "a", value: ""), slot: slots[0])
        batch.append(SteppedHarness.Record(offset: 9, key: "a", value: ""), slot: slots[1])
        batch.advance(slot: slots[0], next: 20)
        batch.advance(slot: slots[0], next: 7)
        #expect(batch.advances.map { "\($0.slot):\($0.next)" } == ["0:20", "1:10"])
    }

    /// Each group took its share of the bytes out of what is in flight, rounded down: a little stayed for ever.
    @Test(arguments: UInt64(1)...50)
    func sharesOfTheBytesAddUpToAllBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let intake = host.makeIntake()
        let (slot, _) = intake.open(topic: "t", partition: 0)
        let batch = intake.makeBatch()
        for offset in 0..<Int.random(in: 1...30, using: &random) {
            let value = String(repeating: "v", count: Int.random(in: 0...30, using: &random))
            batch.append(SteppedHarness.Record(offset: Int64(offset), key: "\(offset)", value: value), slot: slot)
        }
        batch.beginFlight()
        var left = batch.recordCount
        var bytes = 0
        while left > 0 {
            let count = Int.random(in: 0...left, using: &random)
            bytes += batch.applied(records: count)
            left -= count
        }
        #expect(bytes == batch.byteCount)
    }
}
