package import Millrace
package import MillraceStore
import Synchronization

/// The shards, their threads, and what lies between them and the outside: intakes, outlets, the flusher and the writer-back.
///
/// Made, given its subscriptions, sources and sinks, then started once and stopped once.
package final class Engine: Sendable {
    private let options: EngineOptions
    private let store: Store
    private let host: EngineHost
    /// The intakes, one a subscription, in the order in which the subscriptions were given.
    package let intakes: [Intake]
    private let clock: any EngineClock
    private let observer: any EngineObserver
    private let sinks: [(name: String, sink: any RecordSink)]
    /// What can be asked of the engine from outside.
    package let desk: RequestDesk
    private let runtime = Mutex<EngineRuntime?>(nil)
    private let recovered: Mutex<RecoveredShards?>

    /// Reads everything that outlives a process, and is ready to start.
    ///
    /// - Throws: ``EngineError`` where a subscription or schedule names no handler, or the store cannot be read.
    package init(
        options: EngineOptions, services: [ServiceDefinition], subscriptions: [SubscriptionDefinition],
        schedules: [ScheduleDefinition] = [], sinks: [(name: String, sink: any RecordSink)], disk: any Disk,
        clock: any EngineClock, observer: any EngineObserver
    ) throws(EngineError) {
        let parts = try EngineParts(
            options: options, services: services, subscriptions: subscriptions, schedules: schedules, sinks: sinks,
            disk: disk, observer: observer, recoveryThreads: options.threads)
        self.options = parts.options
        store = parts.store
        desk = parts.desk
        host = parts.host
        intakes = parts.intakes
        self.clock = clock
        self.observer = observer
        self.sinks = sinks
        recovered = Mutex(parts.recovered)
    }

    // MARK: Running

    /// Starts the threads, the sinks, and then the sources.
    package func start(sources: [any RecordSource]) throws {
        guard
            let recovered = recovered.withLock({ recovered in
                defer { recovered = nil }
                return recovered
            })
        else { return }
        let runtime = EngineRuntime(
            options: options, store: store, clock: clock, observer: observer, host: host, shards: recovered.shards)
        self.runtime.withLock { $0 = runtime }
        for (_, sink) in sinks { try sink.start() }
        runtime.start(resending: recovered.outputs)
        for source in sources { try source.start() }
    }

    /// Stops the sources, finishes and commits what has arrived, makes it durable, lets the sinks deliver for a while,
    /// and ends the threads. Blocks until all is done.
    package func stop(sources: [any RecordSource], drainMilliseconds: Int = 5_000) {
        for source in sources { source.stop() }
        runtime.withLock { runtime in
            defer { runtime = nil }
            return runtime
        }?.stop(sinks: sinks.map { $0.sink }, drainMilliseconds: drainMilliseconds)
    }

    /// The storage's failure, after which the engine does nothing any more.
    package var failure: StoreError? { host.failure }

    /// How long things take.
    package var latencies: EngineLatencies { host.latencies }

    /// Figures for metrics and progress.
    package var statistics: EngineStatistics { host.statistics(intakes: intakes) }

    /// Whether everything that was delivered has been applied and committed, and nothing is left to do at once.
    package var isIdle: Bool { host.isIdle(intakes: intakes) }

    /// Commits so far, and how many of them are durable.
    package var commits: (latest: UInt64, durable: UInt64) { (store.latestCommit, store.durableCommit) }

    /// All that is committed now, to be looked at from any thread without stopping a shard.
    package func snapshot() throws(StoreError) -> StoreSnapshot { try store.snapshot() }

    /// Calls `body` whenever a commit has become durable, with its number, on the flusher's thread.
    package func onDurable(_ body: @escaping @Sendable (UInt64) -> Void) { host.onDurable(body) }
}

/// Why an engine cannot be made.
package enum EngineError: Error, CustomStringConvertible, Sendable {
    case services(ServiceTableError)
    case unknownHandler(subscription: String, service: String, handler: String)
    case keyNeeded(subscription: String, service: String)
    case missingSink(String)
    case nameTooLong(subscription: String)
    case unknownScheduledHandler(schedule: String, service: String, handler: String)
    case scheduleKey(schedule: String, reason: String)
    case scheduleNameTooLong(String)
    case scheduleTwice(String)
    case store(StoreError)

    package var description: String {
        switch self {
        case .services(let error): "\(error)"
        case .unknownHandler(let subscription, let service, let handler):
            "the subscription '\(subscription)' has the sink service://\(service)/\(handler), which this application does not offer"
        case .keyNeeded(let subscription, let service):
            "the subscription '\(subscription)' has 'key: none', and '\(service)' is a virtual object, which needs a key"
        case .missingSink(let name):
            "the data directory holds records that have not been delivered to the Kafka cluster '\(name)', which is not configured any more; configure it under kafka.clusters until they are out"
        case .nameTooLong(let name):
            "the subscription name '\(name)' has \(name.utf8.count) bytes, and the limit is 255; give the subscription a shorter name"
        case .unknownScheduledHandler(let schedule, let service, let handler):
            "the schedule '\(schedule)' has the sink service://\(service)/\(handler), which this application does not offer"
        case .scheduleKey(let schedule, let reason): "the schedule '\(schedule)' has a wrong key: \(reason)"
        case .scheduleNameTooLong(let name):
            "the schedule name '\(name)' has \(name.utf8.count) bytes, and the limit is 255; give the schedule a shorter name"
        case .scheduleTwice(let name): "two schedules are named '\(name)'; give one of them another name"
        case .store(let error): "\(error)"
        }
    }
}
