import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// What objects send each other, over shards, threads and crashes.
struct MessageTests {
    /// Sends `N` to the objects named in `to`, each of which writes down what it gets.
    private func pair(_ diary: Diary, to targets: [String]) -> [ServiceDefinition] {
        [
            Scripted.object { context, input in
                for target in targets {
                    context.send(
                        service: "Receiver", handler: "run", key: ObjectKey(target), payload: Array(input.utf8))
                }
            },
            Scripted.object("Receiver") { context, input in
                let list = StateKey<String>("list", serde: .text)
                let before = try context.get(list)
                context.set(list, before.map { "\($0) \(input)" } ?? input)
                diary.add("\(context.key): \(before.map { "\($0) \(input)" } ?? input)")
            },
        ]
    }

    @Test(arguments: [1, 2, 4])
    func arriveInTheOrderInWhichTheyWereSent(threads: Int) throws {
        let diary = Diary()
        let targets = (0..<8).map { "r\($0)" }
        let harness = try SteppedHarness(pair(diary, to: targets)) { options in
            options.shardCount = 8
            options.threads = threads
        }
        harness.deliver((0..<20).map(String.init), key: "a")
        try harness.settle()
        let whole = (0..<20).map(String.init).joined(separator: " ")
        for target in targets { #expect(diary.count("\(target): \(whole)") == 1) }
    }

    /// The sender's block is durable, and the receiver's, written after it, may be or not.
    @Test(arguments: 0...6)
    func arriveOnceWhateverACrashKeeps(writes: Int) throws {
        let diary = Diary()
        let targets = (0..<6).map { "r\($0)" }
        let harness = try SteppedHarness(pair(diary, to: targets)) { options in
            options.shardCount = 8
            options.threads = 3
        }
        harness.deliver(["1"], key: "a")
        for _ in 0..<3 { try harness.turn() }
        try harness.reopen(keeping: min(writes, (harness.disk as? SimulatedDisk)?.unsyncedCount ?? 0), threads: 2)
        harness.deliver(["1", "2"], key: "a")
        try harness.settle()
        for target in targets {
            #expect(diary.all.last { $0.hasPrefix(target) } == "\(target): 1 2")
        }
        // What was sent again under its old number is not applied again after another restart either.
        try harness.reopen()
        harness.deliver(["1", "2", "3"], key: "a")
        try harness.settle()
        for target in targets { #expect(diary.all.last { $0.hasPrefix(target) } == "\(target): 1 2 3") }
    }

    @Test func chainOfSendsWithinAShardRunsInOneTurn() throws {
        let diary = Diary()
        let harness = try SteppedHarness([
            Scripted.object { context, input in
                diary.add(input)
                let number = Int(input) ?? 0
                if number < 50 {
                    context.send(
                        service: "Object", handler: "run", key: context.key, payload: Array("\(number + 1)".utf8))
                }
            }
        ])
        harness.deliver(["0"], key: "a")
        try harness.turn()
        #expect(diary.all == (0...50).map(String.init))
    }

    /// A turn ends, also where every invocation sends two more.
    @Test func turnTakesNoMoreInvocationsThanItsLimit() throws {
        let diary = Diary()
        let harness = try SteppedHarness([
            Scripted.object { context, input in
                diary.add(input)
                guard let left = Int(input), left > 0 else { return }
                for _ in 0..<2 {
                    context.send(
                        service: "Object", handler: "run", key: context.key, payload: Array("\(left - 1)".utf8))
                }
            }
        ]) { options in
            options.shardCount = 1
            options.limits.turnInvocations = 20
        }
        harness.deliver(["9"], key: "a")
        try harness.turn()
        #expect(diary.all.count <= 45)
        try harness.settle()
        #expect(diary.all.count == 1_023)
    }

    @Test func sendToAServiceThatIsNotThereFailsTheSender() throws {
        let harness = try SteppedHarness(
            [
                Scripted.object { context, _ in
                    context.send(service: "Nowhere", handler: "run", key: "x")
                    context.emit(topic: "out", value: [1])
                }
            ], onError: ErrorPolicy(attempts: 1, then: .park))
        harness.deliver(["x"], key: "a")
        try harness.settleForEver()
        #expect(harness.engine.statistics.parkedKeys == 1)
        #expect(harness.emitted().isEmpty)
    }

    @Test func emittedRecordsLeaveWhenTheyAreDurableAndKeepTheirNumbers() throws {
        let harness = try SteppedHarness([
            Scripted.object { context, input in
                context.emit(topic: "out", key: context.key.bytes, value: Array(input.utf8))
            }
        ]) { $0.shardCount = 1 }
        harness.deliver(["1", "2"], key: "a")
        try harness.turn()
        harness.engine.release(upTo: harness.engine.commits.durable)
        #expect(harness.emitted().isEmpty)
        _ = try harness.engine.sync()
        harness.engine.release(upTo: harness.engine.commits.durable)
        #expect(harness.emitted() == ["1", "2"])
        // The acknowledgement was not written: they are sent again, under the same numbers.
        try harness.reopen()
        try harness.settle()
        let received = harness.sink.received.withLock { $0 }
        #expect(received.map(\.value) == ["1", "2", "1", "2"])
        #expect(received[0] == received[2] && received[1] == received[3])
        harness.deliver(["1", "2", "3"], key: "a")
        try harness.settle()
        try harness.reopen()
        try harness.settle()
        #expect(Set(harness.sink.received.withLock { $0 }.map { "\($0.sequence) \($0.value ?? "")" }).count == 3)
    }
}
