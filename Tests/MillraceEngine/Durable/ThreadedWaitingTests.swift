import Millrace
import MillraceStore
import MillraceTesting
import Testing

@testable import MillraceEngine

@VirtualObject
private struct Collector {
    @Handler(input: .text) func add(_ context: ObjectContext, _ text: String) async throws {
        let number = Int(text) ?? 0
        let key = StateKey<String>("list", serde: .text)
        if number % 10 == 3 { try await Task.sleep(for: .microseconds(number % 700)) }
        let before = try context.get(key)
        context.set(key, before.map { "\($0) \(text)" } ?? text)
        if number % 10 == 7 { try await Task.sleep(for: .microseconds(number % 700)) }
        if number % 50 == 21 { await Task.yield() }
    }
}

/// Handlers that wait for something outside, on real threads.
@Suite(.timeLimit(.minutes(5)))
struct ThreadedWaitingTests {
    @Test func everyRecordIsAppliedOnceAndInOrder() throws {
        let disk = SimulatedDisk()
        let harness = try EngineHarness(
            disk: disk, services: [Collector().definition], handler: ("Collector", "add"))
        try harness.start()
        let keys = 50
        for round in 0..<40 {
            harness.deliver(
                (0..<500).map { at in
                    let number = round * 500 + at
                    return (offset: number, key: "k\(number % keys)", value: "\(number)")
                })
        }
        harness.waitUntilIdle()
        while harness.engine.statistics.queuedInvocations > 0 || harness.engine.statistics.waitingInvocations > 0 {
            harness.waitUntilIdle()
        }
        harness.stop()
        var lists: [String: [String]] = [:]
        let snapshot = try StoreSnapshot(of: disk)
        for shard in 0..<24 {
            for row in try snapshot.shard(shard).rows(.state) {
                let object = try #require(ObjectRowKey(row.key))
                lists[String(decoding: object.key, as: UTF8.self)] = String(decoding: row.value, as: UTF8.self)
                    .split(separator: " ").map(String.init)
            }
        }
        #expect(lists.count == keys)
        for key in 0..<keys {
            let wanted = stride(from: key, to: 20_000, by: keys).map(String.init)
            let found = lists["k\(key)"] ?? []
            #expect(found == wanted, "k\(key)")
        }
    }
}
