import Glibc
import Millrace
import MillraceConfiguration
package import MillraceEngine
import MillraceFile
import MillraceStore
import MillraceTelemetry
import Synchronization

/// One process's whole engine by its configuration: the data directory, the engine, sources, sinks, and the pages for
/// those who watch. Made, started once, and stopped once.
package final class Node: Sendable {
    private let configuration: Configuration
    private let logger: Logger
    private let log: EngineLog
    private let disk: RocksDisk
    private let endpoint: MetricsEndpoint?
    private let registry = MetricsRegistry()
    private let sources: [any RecordSource]
    private let plan: SourcePlan
    private let engine: Engine
    private let isStopped = Atomic<Bool>(false)

    /// Opens the data directory and reads what outlives a process. Nothing is consumed yet.
    ///
    /// - Parameter endsAtEndOfFile: whether files are finished at their ends, where otherwise they would be followed.
    init(
        _ configuration: Configuration, services: [ServiceDefinition], version: String, connectors: Connectors,
        logger: Logger, endsAtEndOfFile: Bool = false
    ) throws(NodeError) {
        self.configuration = configuration
        self.logger = logger
        let log = EngineLog(logger)
        self.log = log
        let endpoint = try Self.makeEndpoint(configuration.metrics, registry: registry)
        self.endpoint = endpoint
        let cores = Self.cores
        let disk = try Self.openDisk(configuration.storage, cores: cores)
        self.disk = disk
        do {
            let sinks = try configuration.kafka.clusters.map { cluster in
                let logger = logger.labelled("kafka", metadata: ["cluster": .string(cluster.name)])
                return (name: cluster.name, sink: try connectors.kafkaSink(cluster) { logger.warning($0) })
            }
            let engine = try Engine(
                options: EngineOptions(configuration, cores: cores),
                services: services.map { $0.configured(by: configuration) },
                subscriptions: configuration.subscriptions.map { SubscriptionDefinition($0) },
                schedules: configuration.schedules.map { ScheduleDefinition($0) }, sinks: sinks, disk: disk,
                clock: SystemClock(), observer: log)
            let plan = SourcePlan(configuration)
            var lines = LineSource.Options()
            lines.maxLineBytes = min(configuration.engine.maxRecordBytes, 1 << 30)
            lines.endsAtEndOfFile = endsAtEndOfFile
            sources = try Self.makeSources(plan, configuration, lines, engine: engine, connectors, logger)
            self.plan = plan
            self.engine = engine
        } catch {
            disk.close()
            endpoint?.stop()
            throw NodeError(starting: error)
        }
        Self.register(registry, engine: engine, disk: disk, version: version)
    }

    // MARK: Life

    /// Starts to consume.
    package func start() throws(NodeError) {
        let statistics = engine.statistics
        logger.info(
            "started",
            metadata: [
                "directory": .string(configuration.storage.directory),
                "shards": .integer(configuration.storage.shardCount),
                "subscriptions": .integer(configuration.subscriptions.count),
                "schedules": .integer(configuration.schedules.count),
                "queued": .integer(statistics.queuedInvocations), "parked_keys": .integer(statistics.parkedKeys),
            ])
        if let endpoint { logger.info("metrics at http://\(endpoint.address)/metrics") }
        for index in plan.paused { engine.intakes[index].report(.paused(reason: "the configuration says so")) }
        if configuration.subscriptions.isEmpty, configuration.schedules.isEmpty {
            logger.warning("the configuration has no subscriptions and no schedules: nothing will be done")
        }
        do {
            try engine.start(sources: sources)
        } catch {
            stop()
            throw NodeError(starting: error)
        }
        endpoint?.set(.running)
    }

    /// Stops the sources, waits for handlers, commits, syncs, lets the sinks deliver, and closes the data directory.
    /// Blocks until that is done, for the configuration's `engine.shutdownTimeout` and a little more at most.
    package func stop() {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        endpoint?.set(.stopping)
        let deadline = Self.milliseconds + configuration.engine.shutdownTimeout.wholeMilliseconds
        for source in sources { source.stop() }
        if engine.failure == nil { waitForHandlers(until: deadline) }
        let left = max(1_000, min(5_000, deadline - Self.milliseconds))
        engine.stop(sources: [], drainMilliseconds: Int(left))
        log.tick(isLast: true)
        disk.close()
        endpoint?.stop()
    }

    private func waitForHandlers(until deadline: Int64) {
        let waiting = engine.statistics.waitingInvocations
        guard waiting > 0 else { return }
        logger.info("waiting for \(waiting) handlers that have not returned")
        while engine.statistics.waitingInvocations > 0, Self.milliseconds < deadline { usleep(20_000) }
        let left = engine.statistics.waitingInvocations
        if left > 0 { logger.warning("\(left) handlers have not returned in time; they start again with the next run") }
    }

    // MARK: Watching

    /// Figures for the progress line.
    package var statistics: EngineStatistics { engine.statistics }

    /// How long things take.
    package var latencies: EngineLatencies { engine.latencies }

    /// Where the metrics are, as `HOST:PORT`, or `nil` where there are none.
    package var metricsAddress: String? { endpoint?.address }

    /// What the page of metrics says now.
    var metricsText: String { registry.prometheusText() }

    /// What ended the engine, in words; `nil` as long as it runs.
    package var failure: String? { engine.failure?.description }

    /// To be called about once a second: writes what the log held back, and tells a failure to those who watch.
    func tick() {
        log.tick()
        if let failure { endpoint?.set(.failing(failure)) }
    }

    /// Whether every source comes to an end by itself.
    var isFinite: Bool { plan.isFinite }

    /// How far a run has come that has an end.
    enum Outcome {
        /// There is something to do.
        case working
        /// Every source has been read to its end, and everything is done that does not wait for a person.
        case done
        /// As far as possible: a source has stopped before its end.
        case stopped(reason: String)
    }

    /// How far a run with ``isFinite`` sources has come. Look twice: its parts are not looked at in one moment.
    var outcome: Outcome {
        let statistics = engine.statistics
        var stopped: String?
        for (index, subscription) in statistics.subscriptions.enumerated()
        where !plan.paused.contains(index) && subscription.status != .finished {
            if subscription.partitions.isEmpty { return .working }
            for partition in subscription.partitions {
                switch partition.status {
                case .finished: continue
                case .stopped(let reason): stopped = stopped ?? "subscription '\(subscription.name)': \(reason)"
                default: return .working
                }
            }
        }
        guard statistics.timersInMemory == 0, statistics.waitingInvocations == 0,
            statistics.busyKeys == statistics.parkedKeys, engine.isIdle
        else { return .working }
        return stopped.map { .stopped(reason: $0) } ?? .done
    }

    // MARK: Making the parts

    private static func makeEndpoint(
        _ configuration: MetricsConfiguration, registry: MetricsRegistry
    ) throws(NodeError) -> MetricsEndpoint? {
        guard configuration.port != 0 else { return nil }
        do { return try MetricsEndpoint(configuration, registry: registry) } catch { throw NodeError(error) }
    }

    private static func openDisk(_ storage: StorageConfiguration, cores: Int) throws(NodeError) -> RocksDisk {
        do throws(StoreError) {
            let disk = try RocksDisk.open(
                directory: storage.directory, options: RocksDiskOptions(storage, cores: cores))
            do throws(StoreError) { try disk.fix("shardCount", as: "\(storage.shardCount)") } catch {
                disk.close()
                throw error
            }
            return disk
        } catch { throw NodeError(error) }
    }

    private static func makeSources(
        _ plan: SourcePlan, _ configuration: Configuration, _ lines: LineSource.Options, engine: Engine,
        _ connectors: Connectors, _ logger: Logger
    ) throws -> [any RecordSource] {
        var sources: [any RecordSource] = []
        for source in plan.kafka {
            guard let cluster = configuration.kafka.cluster(named: source.cluster) else {
                throw NodeError("there is no Kafka cluster '\(source.cluster)'", isConfiguration: true)
            }
            let topics = source.topics.map { (topic: $0.topic, intake: engine.intakes[$0.subscription]) }
            let logger = logger.labelled("kafka", metadata: ["cluster": .string(cluster.name)])
            sources.append(try connectors.kafkaSource(cluster, source.groupID, topics) { logger.warning($0) })
        }
        for source in plan.lines {
            let logger = logger.labelled("file")
            let intake = engine.intakes[source.subscription]
            sources.append(try connectors.lineSource(source.path, intake, lines) { logger.warning($0) })
        }
        return sources
    }

    private static func register(_ registry: MetricsRegistry, engine: Engine, disk: RocksDisk, version: String) {
        let started = SystemClock().nowMilliseconds
        registry.collect { samples in
            EngineMetrics.collect(engine, into: &samples)
            NodeMetrics.collect(disk, into: &samples)
            NodeMetrics.collectProcess(startedMilliseconds: started, into: &samples)
            samples.gauge(
                "millrace_info", help: "1; the versions are its labels.",
                labels: [
                    MetricLabel("version", MillraceApplication.millraceVersion), MetricLabel("application", version),
                ], 1)
        }
    }

    private static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    private static var milliseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
