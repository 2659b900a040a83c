import Glibc
import Millrace
import MillraceEngine
import MillraceKafka
import MillraceStore

/// An engine on a data directory of its own, for one workload.
final class Bench {
    let engine: Engine
    let disk: RocksDisk
    let directory: String
    let threads: Int
    private let keepsDirectory: Bool
    private var sources: [any RecordSource] = []

    /// The memory and the options of every data directory. Set before the first.
    nonisolated(unsafe) static var settings: (memoryBytes: Int, storage: [String: String]) =
        (BenchOptions.usualMemoryBytes, [:])

    static let base: String = {
        let root = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        return "\(root)/millrace-bench-\(getpid())"
    }()

    init(
        services: [ServiceDefinition], handler: (String, String), sinks: [(name: String, sink: any RecordSink)] = [],
        threads: Int = 2, memoryBytes: Int? = nil, directory: String? = nil, onError: ErrorPolicy = ErrorPolicy(),
        configure: (inout EngineOptions) -> Void = { _ in },
        subscription: (inout SubscriptionDefinition) -> Void = { _ in }
    ) throws {
        keepsDirectory = directory != nil
        self.threads = threads
        self.directory = directory ?? "\(Self.base)/\(UInt64.random(in: 0 ... .max))"
        let settings = unsafe Self.settings
        let memoryBytes = memoryBytes ?? settings.memoryBytes
        var options = EngineOptions()
        // As the server shares it out.
        options.tableBytes = memoryBytes / 8 * 5
        options.overlayBytes = memoryBytes / 4
        options.blockBytes = options.overlayBytes
        options.limitWaiting(memoryBytes: memoryBytes)
        disk = try RocksDisk.open(
            directory: self.directory,
            options: RocksDiskOptions(
                memoryBytes: memoryBytes - options.tableBytes, extra: settings.storage))
        options.threads = threads
        configure(&options)
        var definition = SubscriptionDefinition(
            name: "bench", service: handler.0, handler: handler.1, onError: onError, maxQueuedRecords: 10_000_000)
        subscription(&definition)
        engine = try Engine(
            options: options, services: services, subscriptions: [definition], sinks: sinks, disk: disk,
            clock: SystemClock(), observer: BenchObserver())
    }

    func start(sources: [any RecordSource] = []) throws {
        self.sources = sources
        try engine.start(sources: sources)
    }

    /// The only slot, for records from memory.
    func openSlot() -> Int {
        let (slot, position) = engine.intakes[0].open(topic: "memory", partition: 0)
        if case .start = position { engine.intakes[0].begin(slot: slot, at: 0) }
        return slot
    }

    /// Waits until everything that was delivered is applied, durable and out.
    func waitUntilIdle() {
        while !engine.isIdle { usleep(1000) }
    }

    func stop() {
        engine.stop(sources: sources)
        disk.close()
        if !keepsDirectory { unsafe system("rm -rf '\(directory)'") }
    }

    /// Runs a source to its end and measures; with a topic as input, that topic instead.
    func measure(_ name: String, _ source: EventSource, threads: Int) throws -> Result {
        if let topic = unsafe KafkaInput.current { return try measure(name, topic, threads: threads) }
        let slot = openSlot()
        let begin = Usage.now()
        let threadsBefore = ThreadUsage.now()
        var middle = begin
        source.run(into: engine.intakes[0], slot: slot) { middle = Usage.now() }
        waitUntilIdle()
        let end = Usage.now()
        var result = Result(
            workload: name, events: source.events, threads: threads,
            eventsPerSecond: Double(source.events) / (end.wallSeconds - begin.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / Double(source.events),
            warmCPUMicroseconds: (end.cpuMicroseconds - middle.cpuMicroseconds)
                / Double(source.events - source.events / 2))
        result.notes = ThreadUsage.now().since(threadsBefore, events: source.events)
        return result
    }

    /// Reads a topic from its beginning until enough records are applied, durable and out.
    private func measure(_ name: String, _ topic: KafkaInput, threads: Int) throws -> Result {
        let source = try KafkaSource(topic.settings, topics: [(topic.topic, engine.intakes[0])], log: say)
        let begin = Usage.now()
        try source.start()
        var middle: (usage: Usage, records: Int)?
        var records = 0
        var last = (records: 0, at: monotonicNanoseconds())
        while records < topic.records {
            usleep(2000)
            records = Int(engine.statistics.records)
            if middle == nil, records * 2 >= topic.records { middle = (Usage.now(), records) }
            let now = monotonicNanoseconds()
            if records > last.records { last = (records, now) }
            if now - last.at > 60_000_000_000 {
                source.stop()
                throw BenchFailure(
                    description:
                        "no record of \(topic.topic) has come for a minute, after \(records) of \(topic.records)")
            }
        }
        waitUntilIdle()
        let end = Usage.now()
        source.stop()
        var result = Result(
            workload: name, source: "kafka", events: records, threads: threads,
            eventsPerSecond: Double(records) / (end.wallSeconds - begin.wallSeconds),
            cpuMicroseconds: (end.cpuMicroseconds - begin.cpuMicroseconds) / Double(records))
        if let middle, middle.records < records {
            result.warmCPUMicroseconds =
                (end.cpuMicroseconds - middle.usage.cpuMicroseconds) / Double(records - middle.records)
        }
        return result
    }
}

/// Why a benchmark cannot go on.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
}

/// Prints what must not happen in a benchmark.
final class BenchObserver: EngineObserver {
    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {
        switch status {
        case .retrying(let reason), .stopped(let reason): complain("\(subscription): \(reason)")
        default: break
        }
    }
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) {}
    func keyParked(_ event: FailureEvent) { complain("parked \(event.key): \(event.error)") }
    func recordSkipped(_ event: FailureEvent) { complain("skipped \(event.key): \(event.error)") }
    func handlerBlocked(_ event: BlockedHandlerEvent) { complain("blocked \(event)") }
    func warning(_ message: String) { complain(message) }
    func storageBlocked(_ error: StoreFailure) { complain(error.message) }
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) { complain(error.message) }
    private func complain(_ message: String) { say("bench: \(message)") }
}
