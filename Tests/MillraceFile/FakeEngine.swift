import Synchronization

@testable import MillraceEngine
@testable import MillraceFile

/// The engine's side of an intake: keeps what is delivered, and applies it at once unless told to hold it.
final class FakeEngine: IntakeHost {
    struct Record: Sendable, Equatable {
        let offset: Int64
        let value: [UInt8]?
        let failure: String?
        var text: String { String(decoding: value ?? [], as: UTF8.self) }
    }

    struct State: Sendable {
        var records: [Record] = []
        var held: [RecordBatch] = []
        var statuses: [SourceStatus] = []
        var resets: [Int64] = []
        var progress: [Int64] = []
        /// For each batch, how far it goes.
        var advances: [Int64] = []
        var holds = false
    }

    static let shardCount = 4
    let state = Mutex(State())
    private let changed = Signal()

    var latestCommit: UInt64 { 0 }
    var durableCommit: UInt64 { 0 }
    var queuedInvocations: Int { 0 }
    var isOverloaded: Bool { false }
    var overloadReason: String { "" }

    func intake(
        start: StartPosition = .earliest, onMissingOffset: MissingOffsetPolicy = .stop, stored: (String, Int64)? = nil,
        maxInFlightRecords: Int = 65_536
    ) -> Intake {
        Intake(
            subscription: SubscriptionDefinition(
                name: "test", service: "Service", handler: "handler", key: .none, start: start,
                onMissingOffset: onMissingOffset, maxInFlightRecords: maxInFlightRecords),
            index: 0, shardCount: Self.shardCount, isKeyed: false,
            stored: stored.map {
                [
                    Intake.StoredPartition(
                        topic: $0.0, partition: 0, start: 0, next: [Int64?](repeating: $0.1, count: Self.shardCount))
                ]
            } ?? [], host: self)
    }

    func deliver(_ batch: RecordBatch, toAllShards: Bool) {
        let holds = state.withLock { state in
            if toAllShards, !batch.isReset { state.progress += batch.advances.map(\.next) }
            if state.holds { state.held.append(batch) }
            return state.holds
        }
        if !holds { apply(batch) }
    }

    func statusChanged(_ intake: Intake, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {
        state.withLock { $0.statuses.append(status) }
        changed.raise()
    }

    /// Holds what is delivered from now on, or applies all that is held.
    func hold(_ holds: Bool) {
        let held = state.withLock { state in
            state.holds = holds
            defer { if !holds { state.held.removeAll() } }
            return holds ? [] : state.held
        }
        for batch in held { apply(batch) }
    }

    private func apply(_ batch: RecordBatch) {
        let records = batch.entries.map { entry in
            unsafe Record(
                offset: entry.offset, value: batch.value(entry).map { unsafe [UInt8]($0) },
                failure: entry.failure < 0 ? nil : "\(batch.failures[Int(entry.failure)])")
        }
        state.withLock { state in
            state.records += records
            state.advances += batch.advances.map(\.next)
            if batch.isReset { state.resets += batch.advances.map(\.next) }
        }
        for shard in 0..<Self.shardCount { batch.intake.applied(shard: shard, batch.advances) }
        batch.intake.finished(records: batch.recordCount, bytes: batch.byteCount)
        changed.raise()
    }

    var records: [Record] { state.withLock { $0.records } }
    var texts: [String] { records.map(\.text) }
    var statuses: [SourceStatus] { state.withLock { $0.statuses } }
    var resets: [Int64] { state.withLock { $0.resets } }
    var progress: [Int64] { state.withLock { $0.progress } }

    /// Waits until a condition holds; the suite's time limit ends a wait that would never end.
    func wait(until condition: (FakeEngine) -> Bool) {
        while !condition(self) { changed.wait(timeoutMilliseconds: 20) }
    }
}

extension LineFollower {
    /// Takes steps until there is nothing to do at once. Returns what comes after the last one.
    @discardableResult
    func run(now: Int64 = 0) -> Pause {
        while true {
            let pause = step(now: now)
            if pause != .none { return pause }
        }
    }
}

extension SourceStatus {
    var reason: String {
        switch self {
        case .paused(let reason), .retrying(let reason), .stopped(let reason): reason
        case .starting, .running, .finished: ""
        }
    }
    var isRetrying: Bool { if case .retrying = self { true } else { false } }
    var isStopped: Bool { if case .stopped = self { true } else { false } }
}
