import Millrace
import MillraceStore
import MillraceTesting
import Synchronization

@testable import MillraceEngine

/// An engine without threads on a simulated disk, fed by the test, which takes its steps and decides what time it is.
final class SteppedHarness {
    /// A record to be delivered.
    struct Record {
        var offset: Int64
        var key: String?
        var value: String
        var partition: Int32 = 0
        var headers: [(name: String, value: String?)] = []
    }

    let disk: any Disk
    let observer = CollectingObserver()
    let sink = CollectingSink()
    private let services: [ServiceDefinition]
    private let subscriptions: [SubscriptionDefinition]
    /// What the next life runs.
    var schedules: [ScheduleDefinition]
    private(set) var options: EngineOptions
    private(set) var engine: SteppedEngine
    private var slots: [Int32: Int] = [:]
    /// Milliseconds since 1970.
    var now: Int64 = 1_700_000_000_000

    /// An engine with one subscription of the topic `t`.
    init(
        _ services: [ServiceDefinition], sink handler: (service: String, handler: String) = ("Object", "run"),
        key: KeySelector = .record, onError: ErrorPolicy = ErrorPolicy(), start: StartPosition = .earliest,
        maxInFlightRecords: Int = 65_536, maxQueuedRecords: Int = 1_000_000, disk: any Disk = SimulatedDisk(),
        schedules: [ScheduleDefinition] = [],
        _ configure: (inout EngineOptions) -> Void = { _ in }
    ) throws {
        var options = EngineOptions()
        options.shardCount = 4
        configure(&options)
        self.options = options
        self.disk = disk
        self.services = services
        self.schedules = schedules
        subscriptions = [
            SubscriptionDefinition(
                name: "test", service: handler.service, handler: handler.handler, key: key, start: start,
                onError: onError, maxQueuedRecords: maxQueuedRecords, maxInFlightRecords: maxInFlightRecords)
        ]
        engine = try SteppedEngine(
            options: options, services: services, subscriptions: subscriptions, schedules: schedules,
            sinks: [("main", sink)], disk: disk, observer: observer)
        engine.resend()
    }

    /// Lets the process die and another one start, with the durable writes or, on a simulated disk, so many more.
    func reopen(keeping: Int = 0, threads: Int? = nil) throws {
        (disk as? SimulatedDisk)?.crash(keeping: keeping)
        if let threads { options.threads = threads }
        slots = [:]
        engine = try SteppedEngine(
            options: options, services: services, subscriptions: subscriptions, schedules: schedules,
            sinks: [("main", sink)], disk: disk, observer: observer)
        engine.resend()
    }

    var intake: Intake { engine.intakes[0] }

    /// The slot of a partition, which is opened where it is not open yet.
    func slot(_ partition: Int32 = 0) -> Int {
        if let slot = slots[partition] { return slot }
        let (slot, position) = intake.open(topic: "t", partition: partition)
        if case .start = position { intake.begin(slot: slot, at: 0) }
        slots[partition] = slot
        return slot
    }

    /// Where a partition goes on.
    func position(_ partition: Int32 = 0) -> Intake.Position { intake.open(topic: "t", partition: partition).position }

    func deliver(_ records: [Record]) {
        let slots = records.map { slot($0.partition) }
        let batch = intake.makeBatch()
        for (record, slot) in zip(records, slots) { batch.append(record, slot: slot) }
        intake.deliver(batch)
    }

    /// Delivers values for one key, from an offset on.
    func deliver(_ values: [String], key: String, from offset: Int64 = 0) {
        deliver(values.enumerated().map { Record(offset: offset + Int64($0), key: key, value: $1) })
    }

    /// One turn of all groups, with all that waits for them, and nothing else.
    func turn() throws {
        for group in 0..<engine.groupCount {
            try engine.turn(group, inputs: engine.waitingInputs(group), now: now)
        }
    }

    /// Takes steps until there is nothing left to do at this time.
    func settle() throws {
        while true {
            let before = engine.commits.latest
            try turn()
            _ = try engine.sync()
            engine.release(upTo: engine.commits.durable)
            try writeBack()
            let isBusy = (0..<engine.groupCount).contains { group in
                engine.waitingInputs(group) > 0 || (engine.nextWake(group, now: now).map { $0 <= now } ?? false)
            }
            if engine.commits.latest == before, !isBusy { return }
        }
    }

    func writeBack() throws {
        while var run = engine.nextWriteBack(upTo: engine.commits.durable, writeBytes: 256 << 10) {
            while try !run.step() {}
        }
    }

    /// Lets time pass.
    func advance(byMilliseconds milliseconds: Int64) throws {
        now += milliseconds
        try settle()
    }

    /// Lets time pass until nothing is left to do, however long it takes.
    func settleForEver() throws {
        try settle()
        while let wake = (0..<engine.groupCount).compactMap({ engine.nextWake($0, now: now) }).min() {
            now = max(now, wake)
            try settle()
        }
    }

    /// The values of what was emitted to a topic, each once, in the order of the sequence numbers of each shard.
    func emitted(_ topic: String = "out") -> [String] {
        var last: [Int: UInt64] = [:]
        return sink.received.withLock { received in
            received.filter { record in
                // After a crash records come again, under their old numbers.
                guard record.sequence > last[record.shard] ?? 0 else { return false }
                last[record.shard] = record.sequence
                return record.topic == topic
            }.map { $0.value ?? "-" }
        }
    }
}

extension RecordBatch {
    func append(_ record: SteppedHarness.Record, slot: Int) {
        unsafe Array(record.value.utf8).withUnsafeBytes { value in
            if let key = record.key {
                unsafe Array(key.utf8).withUnsafeBytes { key in
                    unsafe append(slot: slot, offset: record.offset, timestamp: nil, key: key, value: value)
                }
            } else {
                unsafe append(slot: slot, offset: record.offset, timestamp: nil, key: nil, value: value)
            }
        }
        for header in record.headers {
            unsafe Array(header.name.utf8).withUnsafeBytes { name in
                guard let value = header.value else { return unsafe appendHeader(name: name, value: nil) }
                unsafe Array(value.utf8).withUnsafeBytes { unsafe appendHeader(name: name, value: $0) }
            }
        }
        finishRecord()
    }
}

/// What handlers of a test do: the test says it by a closure that gets the context and the input.
enum Scripted {
    static func object(
        _ name: String = "Object", _ body: @escaping @Sendable (ObjectContext, String) throws -> Void
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .virtualObject, handlers: [.direct("run", ObjectContext.init, input: .text, body)])
    }

    static func waitingObject(
        _ name: String = "Object", _ body: @escaping @Sendable (ObjectContext, String) async throws -> Void
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .virtualObject, handlers: [.suspending("run", ObjectContext.init, input: .text, body)])
    }

    static func service(
        _ name: String = "Service", _ body: @escaping @Sendable (ServiceContext, String) throws -> Void
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .service, handlers: [.direct("run", ServiceContext.init, input: .text, body)])
    }
}

/// What handlers have done, in the order in which they did it, over all lives of an engine.
final class Diary: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
    func count(_ line: String) -> Int { lines.withLock { $0.count { $0 == line } } }
    func clear() { lines.withLock { $0.removeAll() } }
}

/// What waiting handlers wait for.
final class Gate: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    func wait() async {
        await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
    }

    var count: Int { waiting.withLock { $0.count } }

    /// Lets all go that wait.
    func open() {
        let all = waiting.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
        for continuation in all { continuation.resume() }
    }
}

/// A failure that may be tried again.
struct Failure: Error {}
