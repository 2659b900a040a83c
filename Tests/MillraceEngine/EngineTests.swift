import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

@Suite(.timeLimit(.minutes(5)))
struct EngineTests {
    @Test func appliesEveryRecordOnceAndSurvivesAReopen() throws {
        let disk = SimulatedDisk()
        for _ in 0..<2 {
            let harness = try EngineHarness(disk: disk, services: [Counting.definition], handler: ("Counting", "count"))
            try harness.start()
            harness.deliver((0..<100).map { (offset: $0, key: "k\($0 % 7)", value: "v") })
            harness.waitUntilIdle()
            harness.stop()
        }
        let total = try (0..<7).reduce(0) { sum, key in
            sum + (Int(try Counting.stored(disk, key: "k\(key)") ?? "0") ?? 0)
        }
        #expect(total == 100)
    }
}

enum Counting {
    static let definition = ServiceDefinition(
        name: "Counting", kind: .virtualObject,
        handlers: [
            .direct("count", ObjectContext.init) { (context: ObjectContext, _: RawSpan) in
                let key = StateKey<String>("count", serde: .text)
                context.set(key, String((Int(try context.get(key) ?? "0") ?? 0) + 1))
            }
        ])

    /// What the blocks and families of a closed engine hold.
    static func stored(_ disk: SimulatedDisk, key: String) throws -> String? {
        let bytes = Array(key.utf8)
        let shard = unsafe bytes.withUnsafeBytes { unsafe Int(XXH64.hash($0) % 24) }
        let rows = try StoreSnapshot(of: disk).shard(shard).rows(.state)
        let row = rows.first {
            ObjectRowKey($0.key).map { $0.service == "Counting" && $0.key == bytes && $0.name == Array("count".utf8) }
                ?? false
        }
        return row.map { String(decoding: $0.value, as: UTF8.self) }
    }
}
