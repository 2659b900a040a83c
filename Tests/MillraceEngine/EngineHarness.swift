import Millrace
import MillraceStore
import MillraceTesting
import Synchronization

@testable import MillraceEngine

/// An engine with real threads on a simulated disk, fed by the test.
final class EngineHarness {
    let engine: Engine
    let observer = CollectingObserver()
    let sink = CollectingSink()
    private var slot: Int?

    init(
        disk: any Disk, services: [ServiceDefinition], handler: (service: String, handler: String),
        key: KeySelector = .record, onError: ErrorPolicy = ErrorPolicy(), clock: any EngineClock = SystemClock()
    ) throws {
        engine = try Engine(
            options: EngineOptions(), services: services,
            subscriptions: [
                SubscriptionDefinition(
                    name: "test", service: handler.service, handler: handler.handler, key: key, onError: onError)
            ],
            sinks: [("main", sink)], disk: disk, clock: clock, observer: observer)
    }

    func start() throws { try engine.start(sources: []) }
    func stop() { engine.stop(sources: []) }

    func deliver(_ records: [(offset: Int, key: String, value: String)]) {
        let intake = engine.intakes[0]
        let slot: Int
        if let known = self.slot {
            slot = known
        } else {
            let (opened, position) = intake.open(topic: "t", partition: 0)
            if case .start = position { intake.begin(slot: opened, at: 0) }
            slot = opened
            self.slot = opened
        }
        let batch = intake.makeBatch()
        for record in records {
            unsafe Array(record.key.utf8).withUnsafeBytes { key in
                unsafe Array(record.value.utf8).withUnsafeBytes { value in
                    unsafe batch.append(
                        slot: slot, offset: Int64(record.offset), timestamp: nil, key: key, value: value)
                }
            }
            batch.finishRecord()
        }
        intake.deliver(batch)
    }

    /// Waits for the engine's threads; the suite's time limit ends a wait that would never end.
    func waitUntilIdle() {
        let signal = Signal()
        engine.onDurable { _ in signal.raise() }
        while !engine.isIdle { signal.wait(timeoutMilliseconds: 5) }
    }
}

/// Acknowledges what it gets, and keeps it.
final class CollectingSink: RecordSink {
    struct Received: Sendable, Equatable {
        let shard: Int
        let sequence: UInt64
        let topic: String
        let key: String?
        let value: String?
    }
    let maxRecordBytes = 1 << 20
    let received = Mutex<[Received]>([])

    func start() {}
    func stop(drainMilliseconds: Int) {}
    func send(_ batch: OutboundBatch) {
        let new = unsafe batch.withBytes { bytes in
            batch.records.map { record in
                unsafe Received(
                    shard: batch.shard, sequence: record.sequence, topic: batch.topics[record.topic],
                    key: record.key(in: bytes).map { unsafe String(decoding: $0, as: UTF8.self) },
                    value: unsafe record.value(in: bytes).map { unsafe String(decoding: $0, as: UTF8.self) })
            }
        }
        received.withLock { $0 += new }
        batch.delivered(batch.records.count)
    }
}

/// Keeps what the engine tells.
final class CollectingObserver: EngineObserver {
    enum Event: Sendable {
        case retrying(FailureEvent)
        case parked(FailureEvent)
        case skipped(FailureEvent)
        case warning(String)
        case storage(String)
        case blocked(BlockedHandlerEvent)
    }
    let events = Mutex<[Event]>([])
    let schedules = Mutex<[ScheduleEvent]>([])

    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {}
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) { add(.retrying(event)) }
    func keyParked(_ event: FailureEvent) { add(.parked(event)) }
    func recordSkipped(_ event: FailureEvent) { add(.skipped(event)) }
    func handlerBlocked(_ event: BlockedHandlerEvent) { add(.blocked(event)) }
    func warning(_ message: String) { add(.warning(message)) }
    func schedule(_ event: ScheduleEvent) { schedules.withLock { $0.append(event) } }
    func storageBlocked(_ error: StoreFailure) { add(.storage(error.message)) }
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) { add(.storage(error.message)) }
    private func add(_ event: Event) { events.withLock { $0.append(event) } }
}
