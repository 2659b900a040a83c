import Synchronization

@testable import MillraceEngine

/// The engine's side of an intake: keeps what is delivered, and applies it at once unless told to hold it.
final class FakeEngine: IntakeHost {
    struct Record: Sendable, Equatable {
        let topic: String
        let partition: Int32
        let offset: Int64
        let timestamp: Int64?
        let key: [UInt8]?
        let value: [UInt8]?
        let headers: [Header]

        struct Header: Sendable, Equatable {
            let name: String
            let value: [UInt8]?
        }
        var text: String { String(decoding: value ?? [], as: UTF8.self) }
    }

    struct State: Sendable {
        var records: [Record] = []
        var held: [RecordBatch] = []
        /// All statuses ever told, in order; the topic and partition, or nothing for the whole source.
        var statuses: [(partition: Int32?, status: SourceStatus)] = []
        var resets: [(partition: Int32, next: Int64)] = []
        var commits: UInt64 = 0
        var overload: String?
        var holds = false
        /// Whether what is committed counts as durable, and how often that was asked.
        var isDurable = true
        var durableQuestions = 0
    }

    static let shardCount = 4
    let state = Mutex(State())
    private let changed = Signal()

    var latestCommit: UInt64 { state.withLock { $0.commits } }
    var durableCommit: UInt64 {
        state.withLock { state in
            state.durableQuestions += 1
            changed.raise()
            return state.isDurable ? state.commits : 0
        }
    }
    var queuedInvocations: Int { 0 }
    var isOverloaded: Bool { state.withLock { $0.overload != nil } }
    var overloadReason: String { state.withLock { $0.overload ?? "" } }

    func intake(
        start: StartPosition = .earliest, onMissingOffset: MissingOffsetPolicy = .stop,
        stored: [Intake.StoredPartition] = [], maxInFlightRecords: Int = 65_536
    ) -> Intake {
        Intake(
            subscription: SubscriptionDefinition(
                name: "test", service: "Service", handler: "handler", start: start, onMissingOffset: onMissingOffset,
                maxInFlightRecords: maxInFlightRecords),
            index: 0, shardCount: Self.shardCount, isKeyed: false, stored: stored, host: self)
    }

    /// Offsets as an earlier run stored them.
    static func stored(_ topic: String, _ partition: Int32, at offset: Int64) -> Intake.StoredPartition {
        Intake.StoredPartition(
            topic: topic, partition: partition, start: 0, next: [Int64?](repeating: offset, count: shardCount))
    }

    func deliver(_ batch: RecordBatch, toAllShards: Bool) {
        let holds = state.withLock { state in
            if state.holds { state.held.append(batch) }
            return state.holds
        }
        if !holds { apply(batch) }
        changed.raise()
    }

    func statusChanged(_ intake: Intake, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {
        state.withLock { $0.statuses.append((partition?.partition, status)) }
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
        changed.raise()
    }

    private func apply(_ batch: RecordBatch) {
        let slots = batch.intake.state.withLock { $0.slots }
        let records = batch.entries.map { entry in
            var headers: [Record.Header] = []
            unsafe batch.forEachHeader(entry) { name, value in
                unsafe headers.append(
                    Record.Header(
                        name: String(decoding: name, as: UTF8.self), value: value.map { unsafe [UInt8]($0) }))
            }
            let slot = slots[Int(entry.slot)]
            return unsafe Record(
                topic: slot.topic, partition: slot.partition, offset: entry.offset,
                timestamp: entry.timestamp == .min ? nil : entry.timestamp,
                key: batch.key(entry).map { unsafe [UInt8]($0) }, value: batch.value(entry).map { unsafe [UInt8]($0) },
                headers: headers)
        }
        state.withLock { state in
            state.records += records
            state.commits += 1
            if batch.isReset { state.resets += batch.advances.map { (slots[$0.slot].partition, $0.next) } }
        }
        for shard in 0..<Self.shardCount { batch.intake.applied(shard: shard, batch.advances) }
        batch.intake.finished(records: batch.recordCount, bytes: batch.byteCount)
        changed.raise()
    }

    var records: [Record] { state.withLock { $0.records } }
    var texts: [String] { records.map(\.text) }

    /// The last status of a partition, or of the source.
    func status(_ partition: Int32? = nil) -> SourceStatus? {
        state.withLock { state in state.statuses.last { $0.partition == partition }?.status }
    }

    /// Waits until a condition holds, and tells whether it did in time.
    func wait(until condition: (FakeEngine) -> Bool) -> Bool { Waiting.wait(changed) { condition(self) } }
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
    var isPaused: Bool { if case .paused = self { true } else { false } }
    var isRunning: Bool { if case .running = self { true } else { false } }
}
