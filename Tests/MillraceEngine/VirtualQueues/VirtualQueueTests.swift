import Millrace
import MillraceStore
import MillraceTesting
import TestKit
import Testing

@testable import MillraceEngine

/// The queues of busy keys, seen from outside.
struct VirtualQueueTests {
    /// A key whose head fails keeps its records in order, and no other key waits for it.
    @Test func keepsTheOrderOfAKeyAndHoldsUpNoOther() throws {
        let diary = Diary()
        let harness = try SteppedHarness([
            Scripted.object { context, input in
                diary.add("\(context.key) \(input)")
                if input == "bad", diary.count("a bad") < 3 { throw Failure() }
                context.emit(topic: "out", value: Array("\(context.key) \(input)".utf8))
            }
        ])
        harness.deliver(["bad", "1", "2"], key: "a")
        harness.deliver(["3", "4"], key: "b", from: 3)
        harness.deliver(["5"], key: "a", from: 5)
        try harness.settle()
        #expect(diary.all == ["a bad", "b 3", "b 4"])
        try harness.settleForEver()
        #expect(diary.all == ["a bad", "b 3", "b 4", "a bad", "a bad", "a 1", "a 2", "a 5"])
        #expect(harness.emitted().filter { $0.hasPrefix("a") } == ["a bad", "a 1", "a 2", "a 5"])
    }

    @Test func queueAndItsPauseSurviveARestart() throws {
        let diary = Diary()
        let harness = try SteppedHarness([
            Scripted.object { context, input in
                diary.add(input)
                if input == "bad", diary.count("bad") < 2 { throw Failure() }
            }
        ])
        harness.deliver(["bad", "1", "2"], key: "a")
        try harness.settle()
        try harness.reopen(threads: 3)
        #expect(harness.engine.statistics.queuedInvocations == 3)
        try harness.settle()
        #expect(diary.all == ["bad"])
        try harness.advance(byMilliseconds: 499)
        #expect(diary.all == ["bad"])
        try harness.advance(byMilliseconds: 1)
        #expect(diary.all == ["bad", "bad", "1", "2"])
        #expect(harness.engine.statistics.queuedInvocations == 0)
        #expect(harness.engine.statistics.busyKeys == 0)
    }

    /// The numbers of a queue's rows begin again when it was empty.
    @Test func queueFillsAndEmptiesAgainAndAgain() throws {
        let diary = Diary()
        let harness = try SteppedHarness([
            Scripted.object { _, input in
                diary.add(input)
                if input.hasPrefix("bad"), diary.count(input) < 2 { throw Failure() }
            }
        ]) { options in
            options.ownShardLimits = ShardLimits(
                overlayBytes: 1, blockBytes: 1 << 20, overlayMilliseconds: 0, tableBytes: 1)
        }
        var offset: Int64 = 0
        var expected: [String] = []
        for round in 0..<10 {
            harness.deliver(["bad\(round)", "\(round)"], key: "a", from: offset)
            offset += 2
            try harness.settle()
            if round % 3 == 1 { try harness.reopen() }
            try harness.settleForEver()
            expected += ["bad\(round)", "bad\(round)", "\(round)"]
            #expect(diary.all == expected)
        }
        #expect(harness.engine.statistics.queuedInvocations == 0)
    }

    /// Two services may have objects of one key, and two keys may share a hash bucket: neither is in line with the other.
    @Test func objectsOfTwoServicesWithOneKeyAreTwo() throws {
        let diary = Diary()
        let gate = Gate()
        let harness = try SteppedHarness([
            Scripted.waitingObject { context, input in
                diary.add("begins \(input)")
                context.send(service: "Other", handler: "run", key: context.key, payload: Array(input.utf8))
                await gate.wait()
                diary.add("ends \(input)")
            },
            Scripted.object("Other") { _, input in diary.add("other \(input)") },
        ])
        harness.deliver(["1", "2"], key: "a")
        try harness.settle()
        // What a handler has sent before it waits is on its way.
        #expect(diary.all == ["begins 1", "other 1"])
        gate.open()
        try harness.settle()
        #expect(diary.all == ["begins 1", "other 1", "ends 1", "begins 2", "other 2"])
        gate.open()
        try harness.settle()
        #expect(diary.all.last == "ends 2")
        // What was taken from the queue and then waited was once put into it a second time.
        #expect(gate.count == 0)
        #expect(harness.engine.statistics.queuedInvocations == 0)
    }

    @Test func waitingHandlerHoldsItsKeyAndNoOther() throws {
        let diary = Diary()
        let gate = Gate()
        let harness = try SteppedHarness([
            Scripted.waitingObject { context, input in
                diary.add("\(context.key) begins \(input)")
                if input == "slow" { await gate.wait() }
                context.set(StateKey<String>("last", serde: .text), input)
                diary.add("\(context.key) ends \(input)")
            }
        ])
        harness.deliver(["slow", "1"], key: "a")
        harness.deliver(["2"], key: "b", from: 2)
        try harness.settle()
        #expect(diary.all == ["a begins slow", "b begins 2", "b ends 2"])
        #expect(harness.engine.statistics.waitingInvocations == 1)
        gate.open()
        try harness.settle()
        #expect(diary.all.suffix(3) == ["a ends slow", "a begins 1", "a ends 1"])
        #expect(harness.engine.statistics.waitingInvocations == 0)
    }

    /// A handler that was waiting when the process died does again what it did, and nothing happens twice.
    @Test func waitingHandlerIsReplayedAfterARestart() throws {
        let diary = Diary()
        let gate = Gate()
        let harness = try SteppedHarness([
            Scripted.waitingObject { context, input in
                let count = StateKey<String>("count", serde: .text)
                let before = Int(try context.get(count) ?? "0") ?? 0
                context.set(count, "\(before + 1)")
                await gate.wait()
                diary.add("\(input) \(before)")
                context.emit(topic: "out", value: Array("\(input) \(before)".utf8))
            }
        ])
        harness.deliver(["x", "y"], key: "a")
        try harness.settle()
        harness.engine.drainTasks()
        try harness.reopen()
        try harness.settle()
        #expect(gate.count == 2)
        gate.open()
        try harness.settle()
        gate.open()
        try harness.settle()
        #expect(harness.emitted() == ["x 0", "y 1"])
    }

    /// The backlog of one key goes to disk: memory holds no more of it than the limits say.
    @Test(.timeLimit(.minutes(5)))
    func longQueueNeedsNoMoreMemoryThanTheLimits() throws {
        let directory = try TemporaryDirectory()
        let disk = try RocksDisk.open(directory: directory.path)
        defer { disk.close() }
        let records = 60_000
        let diary = Diary()
        let harness = try SteppedHarness(
            [
                Scripted.object { context, input in
                    if input == "0", diary.count("go") == 0 { throw Failure() }
                    let next = StateKey<String>("next", serde: .text)
                    let expected = try context.get(next) ?? "0"
                    if expected != input { diary.add("\(input) came, and \(expected) is next") }
                    context.set(next, "\((Int(input) ?? 0) + 1)")
                }
            ], onError: ErrorPolicy(initialMilliseconds: 1_000_000, attempts: 3), disk: disk
        ) { options in
            options.shardCount = 1
            options.ownShardLimits = ShardLimits(overlayBytes: 200_000, blockBytes: 1 << 20, tableBytes: 400_000)
        }
        var most = 0
        for from in stride(from: 0, to: records, by: 1_000) {
            harness.deliver((from..<from + 1_000).map(String.init), key: "a", from: Int64(from))
            try harness.settle()
            most = max(most, harness.engine.statistics.tableBytes)
        }
        #expect(harness.engine.statistics.queuedInvocations == records)
        // One turn's records come on top of the limit.
        #expect(most < 1_000_000)
        diary.add("go")
        harness.now += 1_000_000
        while harness.engine.statistics.queuedInvocations > 0 {
            try harness.turn()
            _ = try harness.engine.sync()
            try harness.writeBack()
            most = max(most, harness.engine.statistics.tableBytes)
        }
        #expect(diary.all == ["go"])
        #expect(most < 2_500_000)
    }

    /// Keys that have nothing to do leave nothing behind in memory but the bounded cache of their rows.
    @Test func idleKeysCostNothing() throws {
        let harness = try SteppedHarness([
            Scripted.object { context, input in context.set(StateKey<String>("s", serde: .text), input) }
        ]) { options in
            options.shardCount = 1
            options.ownShardLimits = ShardLimits(
                overlayBytes: 20_000, blockBytes: 1 << 20, overlayMilliseconds: 10, tableBytes: 40_000)
        }
        var offset: Int64 = 0
        for _ in 0..<30 {
            harness.deliver(
                (0..<200).map {
                    SteppedHarness.Record(offset: offset + Int64($0), key: "k\(offset + Int64($0))", value: "v")
                })
            offset += 200
            try harness.settle()
        }
        try harness.advance(byMilliseconds: 1_000)
        try harness.advance(byMilliseconds: 1_000)
        let statistics = harness.engine.statistics
        #expect(statistics.busyKeys == 0)
        #expect(statistics.dirtyBytes == 0)
        #expect(statistics.tableBytes <= 40_000)
    }
}
