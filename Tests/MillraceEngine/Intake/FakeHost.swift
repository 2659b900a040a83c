import Synchronization

@testable import MillraceEngine

/// An engine as an intake sees it, which keeps what is delivered.
final class FakeHost: IntakeHost {
    struct State {
        var delivered: [RecordBatch] = []
        var latest: UInt64 = 0
        var durable: UInt64 = 0
        var queued = 0
        var isOverloaded = false
        var changes = 0
    }
    let state = Mutex(State())

    func deliver(_ batch: RecordBatch, toAllShards: Bool) { state.withLock { $0.delivered.append(batch) } }
    var latestCommit: UInt64 { state.withLock { $0.latest } }
    var durableCommit: UInt64 { state.withLock { $0.durable } }
    var queuedInvocations: Int { state.withLock { $0.queued } }
    var isOverloaded: Bool { state.withLock { $0.isOverloaded } }
    var overloadReason: String { "too much" }
    func statusChanged(_ intake: Intake, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {
        state.withLock { $0.changes += 1 }
    }

    func makeIntake(
        key: KeySelector = .record, isKeyed: Bool = true, start: StartPosition = .earliest,
        stored: [Intake.StoredPartition] = [], shardCount: Int = 4
    ) -> Intake {
        Intake(
            subscription: SubscriptionDefinition(
                name: "test", service: "S", handler: "h", key: key, start: start, maxQueuedRecords: 100,
                maxInFlightRecords: 10, maxInFlightBytes: 1_000),
            index: 0, shardCount: shardCount, isKeyed: isKeyed, stored: stored, host: self)
    }
}
