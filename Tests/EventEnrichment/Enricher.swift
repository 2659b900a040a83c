import Foundation
import Millrace
import MillraceConfiguration
import MillraceEngine
import MillraceStore
import MillraceTesting
import Synchronization

@testable import MillraceServer
@testable import event_enrichment

/// The example on an engine without threads: every event is handled, and what it decided is durable, when its function returns.
final class Enricher {
    /// A record of the topic `enriched`.
    struct Enriched: Equatable, Sendable {
        var key: String
        var userID: String
        var name: String?
        var features: [String]
    }

    struct Failed: Error { let reason: String }

    private let engine: SteppedEngine
    private let disk: SimulatedDisk
    private let sink = EnrichedSink()
    private let observer = FailureObserver()
    private var now: Int64
    private var offsets: [Int64]
    private var slots: [Int] = []

    convenience init() throws { try self.init(disk: SimulatedDisk(), now: 1_700_000_000_000, offsets: [0, 0]) }

    private init(disk: SimulatedDisk, now: Int64, offsets: [Int64]) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../examples/event-enrichment/millrace.yaml").standardized.path
        let configuration = try EventEnrichment.application.readConfiguration(path: path, environment: [:]).get()
        var options = EngineOptions(configuration, cores: 1)
        options.threads = 1
        engine = try SteppedEngine(
            options: options, services: EventEnrichment.application.services,
            subscriptions: configuration.subscriptions.map { SubscriptionDefinition($0) },
            sinks: [("main", sink)], disk: disk, observer: observer)
        self.disk = disk
        self.now = now
        self.offsets = offsets
        engine.resend()
        for (intake, topic) in zip(engine.intakes, [SampleEvents.userTopic, SampleEvents.featureTopic]) {
            let (slot, position) = intake.open(topic: topic, partition: 0)
            if case .start = position { intake.begin(slot: slot, at: 0) }
            slots.append(slot)
        }
        try step()
    }

    /// What has been emitted so far.
    var enriched: [Enriched] { sink.received.withLock { $0 } }

    /// A user event comes.
    func user(_ id: String, _ name: String) throws {
        try deliver(0, key: id, value: #"{"userId":"\#(id)","name":"\#(name)"}"#)
    }

    /// A feature event comes: without a key, as the user's id is in it.
    func feature(_ id: String, _ feature: String) throws {
        try deliver(1, key: nil, value: #"{"user":{"id":"\#(id)"},"feature":"\#(feature)"}"#)
    }

    /// Time goes by.
    func advance(_ milliseconds: Int64) throws {
        now += milliseconds
        try step()
    }

    /// The process dies, and another one goes on with the same disk.
    func crash() throws -> Enricher {
        engine.drainTasks()
        disk.crash(keeping: 0)
        return try Enricher(disk: disk, now: now, offsets: offsets)
    }

    private func deliver(_ subscription: Int, key: String?, value: String) throws {
        let batch = engine.intakes[subscription].makeBatch()
        unsafe Array(value.utf8).withUnsafeBytes { value in
            let key = key.map { Array($0.utf8) }
            unsafe (key ?? []).withUnsafeBytes { bytes in
                unsafe batch.append(
                    slot: slots[subscription], offset: offsets[subscription], timestamp: now,
                    key: key == nil ? nil : bytes, value: value)
            }
        }
        batch.finishRecord()
        offsets[subscription] += 1
        engine.intakes[subscription].deliver(batch)
        try step()
    }

    /// Takes turns until there is nothing to do at this time.
    private func step() throws {
        repeat {
            try engine.turn(0, inputs: engine.waitingInputs(0), now: now)
            _ = try engine.sync()
            engine.release(upTo: engine.commits.durable)
        } while engine.waitingInputs(0) > 0 || engine.nextWake(0, now: now).map { $0 <= now } ?? false
        if let failure = observer.failures.withLock({ $0.first }) { throw Failed(reason: failure) }
    }
}

/// Acknowledges and keeps what is emitted.
private final class EnrichedSink: RecordSink {
    private struct Value: Decodable {
        var userId: String
        var name: String?
        var features: [String]
    }

    let maxRecordBytes = 1 << 20
    let received = Mutex<[Enricher.Enriched]>([])

    func start() {}
    func stop(drainMilliseconds: Int) {}

    func send(_ batch: OutboundBatch) {
        let new = unsafe batch.withBytes { bytes in
            batch.records.map { record in
                let key = unsafe record.key(in: bytes).map { unsafe String(decoding: $0, as: UTF8.self) } ?? "none"
                let data = unsafe record.value(in: bytes).map { unsafe Data($0) } ?? Data()
                guard batch.topics[record.topic] == "enriched",
                    let value = try? JSONDecoder().decode(Value.self, from: data)
                else {
                    return Enricher.Enriched(
                        key: key, userID: "unexpected", name: String(decoding: data, as: UTF8.self), features: [])
                }
                return Enricher.Enriched(key: key, userID: value.userId, name: value.name, features: value.features)
            }
        }
        received.withLock { $0 += new }
        batch.delivered(batch.records.count)
    }
}

/// Keeps what goes wrong.
private final class FailureObserver: EngineObserver {
    let failures = Mutex<[String]>([])

    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {}
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) { add(event.error) }
    func keyParked(_ event: FailureEvent) { add(event.error) }
    func recordSkipped(_ event: FailureEvent) { add(event.error) }
    func handlerBlocked(_ event: BlockedHandlerEvent) {}
    func warning(_ message: String) { add(message) }
    func storageBlocked(_ error: StoreFailure) { add(error.message) }
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) { add(error.message) }
    private func add(_ failure: String) { failures.withLock { $0.append(failure) } }
}
