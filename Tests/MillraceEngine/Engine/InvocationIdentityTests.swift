import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// What names an invocation names no other one, ever: a handler may have told it to somebody outside just before a crash.
struct InvocationIdentityTests {
    private final class Seen: Sendable { let ids = Mutex<[InvocationID]>([]) }

    @Test(arguments: [0, 100])
    func noIDIsGivenOutTwice(keptWrites: Int) throws {
        let seen = Seen()
        let service = ServiceDefinition(
            name: "Object", kind: .virtualObject,
            handlers: [
                .direct("run", ObjectContext.init) { (context: ObjectContext, _: RawSpan) in
                    seen.ids.withLock { $0.append(context.invocationID) }
                }
            ])
        let harness = try SteppedHarness([service])
        harness.deliver(["of the first life"], key: "k")
        // It runs, and is not made durable before the process dies.
        try harness.turn()
        for offset in 1...2 {
            try harness.reopen(keeping: keptWrites)
            harness.deliver(["of another life"], key: "k", from: Int64(offset))
            try harness.turn()
        }
        let ids = seen.ids.withLock { $0 }
        #expect(ids.count == 3)
        #expect(Set(ids).count == 3)
    }

    /// A count that cannot be read is not begun anew.
    @Test
    func aDamagedCountOfLivesIsSaid() throws {
        let disk = SimulatedDisk()
        _ = try Store(disk: disk).beginLife()
        var key = RowKey(shard: Int(UInt16.max))
        key.append("life")
        let batch = disk.makeBatch()
        let value: [UInt8] = [1, 2, 3]
        unsafe value.withUnsafeBytes { unsafe batch.put(.meta, key.bytes, $0) }
        try disk.write(batch)
        #expect {
            _ = try Store(disk: disk).beginLife()
        } throws: { error in
            guard case .damaged(_, let reason) = error as? StoreError else { return false }
            return reason.contains("life")
        }
    }
}
