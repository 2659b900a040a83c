import Millrace
import MillraceTesting
import Testing

@testable import MillraceEngine

/// What a shard remembers of commits that are not durable.
struct DurabilityTests {
    private static let seen = StateKey<String>("seen", serde: .text)

    /// Keeps what it gets, and with "step" has a step that tells what that was.
    private static func service(_ diary: Diary) -> ServiceDefinition {
        Scripted.waitingObject { context, input in
            guard input == "step" else { return context.set(seen, input) }
            let value = try context.get(seen) ?? "-"
            try await context.run("s") { diary.add("ran with \(value)") }
        }
    }

    /// Handlers that never wait ask for nothing to be durable, so nobody tells their shards that it is.
    @Test
    func commitsThatNobodyWaitsForAreForgotten() throws {
        let harness = try SteppedHarness([Scripted.object { _, _ in }])
        for offset in 0..<500 {
            harness.deliver(["v"], key: "k", from: Int64(offset))
            try harness.settle()
        }
        #expect(harness.engine.shards.map(\.pendingCommits.count).max() ?? 0 < 100)
    }

    /// What is not durable is waited for, however much there is of it, and what was forgotten is known to be durable.
    @Test(arguments: [1, 200], [0, 200])
    func aStepWaitsForWhatIsNotDurable(pending: Int, durable: Int) throws {
        let diary = Diary()
        let harness = try SteppedHarness([Self.service(diary)])
        for offset in 0..<durable {
            harness.deliver(["durable"], key: "k", from: Int64(offset))
            try harness.settle()
        }
        for offset in 0..<pending {
            harness.deliver(["pending"], key: "k", from: Int64(durable + offset))
            try harness.turn()
        }
        harness.deliver(["step"], key: "k", from: Int64(durable + pending))
        try harness.turn()
        try harness.turn()
        #expect(diary.all == [])
        try harness.settle()
        #expect(diary.all == ["ran with pending"])
    }

    @Test
    func aStepDoesNotWaitForWhatIsDurable() throws {
        let diary = Diary()
        let harness = try SteppedHarness([Self.service(diary)])
        for offset in 0..<200 {
            harness.deliver(["\(offset)"], key: "k", from: Int64(offset))
            try harness.settle()
        }
        harness.deliver(["step"], key: "k", from: 200)
        try harness.turn()
        #expect(diary.all == ["ran with 199"])
    }
}
