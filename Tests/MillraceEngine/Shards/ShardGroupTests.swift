import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

/// A turn looks only at the shards that it concerns, and forgets none for that.
struct ShardGroupTests {
    private static let seen = StateKey<String>("seen", serde: .text)

    /// Keys of a shard each: the shards of one thread.
    private static func keys(_ harness: SteppedHarness) -> [String] {
        var keys = [String?](repeating: nil, count: 4)
        for number in 0... {
            let key = "key\(number)"
            let shard = RecordRouter.shard(ofHash: InvocationNames.hash(Array(key.utf8)), shardCount: 4)
            keys[shard] = keys[shard] ?? key
            let found = keys.compactMap { $0 }
            if found.count == 4 { return found }
        }
        return []
    }

    /// A handler may wait for anything, also for what a handler of another shard does, before or after it in the turn.
    @Test(arguments: [0, 3])
    func aHandlerGoesOnWhenOneOfAnotherShardLetsIt(waiting: Int) throws {
        let diary = Diary()
        let gate = Gate()
        let service = Scripted.waitingObject { context, input in
            if input == "open" { return gate.open() }
            await gate.wait()
            diary.add("went on")
        }
        let harness = try SteppedHarness([service]) { $0.threads = 1 }
        let keys = Self.keys(harness)
        harness.deliver(["wait"], key: keys[waiting])
        try harness.settle()
        #expect(diary.all == [])
        harness.deliver(["open"], key: keys[3 - waiting], from: 1)
        try harness.settle()
        #expect(diary.all == ["went on"])
        #expect(harness.engine.openInvocations.isEmpty)
    }

    /// What a shard has changed is written back in time, whether it gets anything to do or not.
    @Test func anIdleShardIsWrittenBack() throws {
        let service = Scripted.object { context, input in context.set(Self.seen, input) }
        let harness = try SteppedHarness([service]) { $0.threads = 1 }
        let keys = Self.keys(harness)
        for key in keys.dropFirst() { harness.deliver([key], key: key, from: Int64(keys.firstIndex(of: key) ?? 0)) }
        try harness.settle()
        #expect(harness.engine.pendingWriteBacks == 0)
        // Only the first shard gets something, when the others' overlay begins to age, and when it has.
        for offset in Int64(10)...11 {
            harness.now += 15_000
            harness.deliver(["v"], key: keys[0], from: offset)
            try harness.turn()
        }
        #expect(harness.engine.pendingWriteBacks == 3)
    }

    /// A shard that has to wait for its time is looked at then.
    @Test func eachShardWakesAtItsTime() throws {
        let diary = Diary()
        let service = Scripted.waitingObject { context, input in
            try await context.sleep(for: .seconds(Int(input) ?? 0))
            diary.add(input)
        }
        let harness = try SteppedHarness([service]) { $0.threads = 1 }
        for (at, key) in Self.keys(harness).enumerated() {
            harness.deliver(["\(10 * (4 - at))"], key: key, from: Int64(at))
        }
        try harness.settle()
        for second in 1...40 {
            try harness.advance(byMilliseconds: 1_000)
            #expect(diary.all.count == second / 10)
        }
        #expect(diary.all == ["10", "20", "30", "40"])
    }
}
