import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import TestKit
import Testing

@testable import MillraceEngine

/// Delayed sends, from the handler that makes them to the one that gets them.
struct TimerTests {
    /// An object that sends itself `text` after so many milliseconds for an input `after MS text`, cancels for `cancel`, and
    /// writes down what else it gets.
    private func timers(_ diary: Diary, target: String? = nil) -> ServiceDefinition {
        Scripted.object { context, input in
            let parts = input.split(separator: " ").map(String.init)
            let handle = StateKey<[UInt8]>("timer")
            switch parts[0] {
            case "after":
                let id = context.send(
                    service: "Object", handler: "run", key: target.map { ObjectKey($0) } ?? context.key,
                    payload: Array(parts[2].utf8), after: .milliseconds(Int64(parts[1]) ?? 0))
                if let id { context.set(handle, id.bytes) }
            case "cancel":
                if let bytes = try context.get(handle), let id = InvocationID(bytes: bytes) { context.cancel(id) }
            default: diary.add("\(context.key) \(input) \(context.nowMilliseconds - 1_700_000_000_000)")
            }
        }
    }

    @Test func fireInTheOrderOfTheirMilliseconds() throws {
        let diary = Diary()
        let harness = try SteppedHarness([timers(diary)])
        harness.deliver(["after 30 c", "after 10 a", "after 20 b", "after 1 z"], key: "k")
        try harness.settle()
        #expect(diary.all.isEmpty)
        #expect(harness.engine.statistics.timersInMemory == 4)
        try harness.settleForEver()
        #expect(diary.all == ["k z 1", "k a 10", "k b 20", "k c 30"])
        #expect(harness.engine.statistics.timersInMemory == 0)
    }

    @Test func lateOnesFireInOrderInOneTurn() throws {
        let diary = Diary()
        let harness = try SteppedHarness([timers(diary)])
        harness.deliver(["after 30 c", "after 10 a", "after 20 b"], key: "k")
        try harness.settle()
        try harness.advance(byMilliseconds: 1_000)
        #expect(diary.all == ["k a 1000", "k b 1000", "k c 1000"])
    }

    @Test func fireAtOtherKeysOnOtherShards() throws {
        let diary = Diary()
        let harness = try SteppedHarness([timers(diary, target: "far")]) { $0.shardCount = 16 }
        harness.deliver(
            (0..<20).map { SteppedHarness.Record(offset: Int64($0), key: "k\($0)", value: "after \($0) \($0)") })
        try harness.settleForEver()
        #expect(diary.all == (0..<20).map { "far \($0) \($0)" })
    }

    @Test func fireYearsLaterAndAfterRestarts() throws {
        let diary = Diary()
        let harness = try SteppedHarness([timers(diary)])
        let years: Int64 = 30 * 365 * 24 * 3_600_000
        harness.deliver(["after \(years) late"], key: "k")
        try harness.settle()
        try harness.reopen()
        try harness.advance(byMilliseconds: years - 1)
        #expect(diary.all.isEmpty)
        try harness.reopen()
        try harness.advance(byMilliseconds: 1)
        #expect(diary.all == ["k late \(years)"])
        try harness.reopen()
        try harness.advance(byMilliseconds: years)
        #expect(diary.all.count == 1)
    }

    @Test func cancelledOnesDoNotFireAlsoAfterARestart() throws {
        let diary = Diary()
        for restarts in [false, true] {
            let harness = try SteppedHarness([timers(diary)]) { options in
                options.ownShardLimits = ShardLimits(
                    overlayBytes: 1, blockBytes: 1 << 20, overlayMilliseconds: 0, tableBytes: 1)
            }
            harness.deliver(["after 50 never"], key: "k")
            try harness.settle()
            if restarts { try harness.reopen() }
            harness.deliver(["cancel"], key: "k", from: 1)
            try harness.settle()
            if restarts { try harness.reopen() }
            try harness.settleForEver()
            #expect(diary.all.isEmpty)
        }
    }

    @Test func cancellingWhatHasFiredOrIsUnknownDoesNothing() throws {
        let diary = Diary()
        let harness = try SteppedHarness([timers(diary)])
        harness.deliver(["after 50 once"], key: "k")
        try harness.settleForEver()
        harness.deliver(["cancel", "cancel"], key: "k", from: 1)
        try harness.settleForEver()
        #expect(diary.all == ["k once 50"])
        #expect(harness.observer.events.withLock { $0.isEmpty })
    }

    /// Far more timers than may be in memory: each fires once, none early, in the order of their times.
    @Test(arguments: [2, 64])
    func anyNumberMayBePending(inMemory: Int) throws {
        let diary = Diary()
        let harness = try SteppedHarness([timers(diary)]) { options in
            options.shardCount = 2
            options.limits.timersInMemory = inMemory
            options.ownShardLimits = ShardLimits(
                overlayBytes: 10_000, blockBytes: 1 << 20, overlayMilliseconds: 5, tableBytes: 20_000)
        }
        var random = SeededGenerator(seed: 7)
        var expected: [Int: Int] = [:]
        for batch in 0..<20 {
            harness.deliver(
                (0..<50).map { at in
                    let delay = Int.random(in: 1...500, using: &random)
                    expected[batch * 50 + at] = delay
                    return SteppedHarness.Record(
                        offset: Int64(batch * 50 + at), key: "k\(at % 10)", value: "after \(delay) \(batch * 50 + at)")
                })
            try harness.settle()
        }
        #expect(harness.engine.statistics.timersInMemory <= 2 * inMemory + 2)
        try harness.reopen()
        try harness.settleForEver()
        #expect(diary.all.count == 1_000)
        var last: [Substring: Int] = [:]
        for line in diary.all {
            let parts = line.split(separator: " ")
            let (number, at) = (Int(parts[1]) ?? -1, Int(parts[2]) ?? -1)
            #expect(expected[number] == at)
            #expect(last[parts[0]] ?? 0 <= at)
            last[parts[0]] = at
        }
    }
}
