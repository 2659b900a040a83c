package import Millrace
package import MillraceStore
import Synchronization

/// The shards, their threads, and what lies between them and the outside: intakes, outlets, the flusher and the writer-back.
///
/// Made, given its subscriptions, sources and sinks, then started once and stopped once.
package final class Engine: Sendable {
    private let options: EngineOptions
    private let services: ServiceTable
    private let store: Store
    private let clock: any EngineClock
    private let observer: any EngineObserver
    private let runtime = Mutex<EngineRuntime?>(nil)
    private let hostBox: EngineHost
    /// The intakes, one a subscription, in the order in which the subscriptions were given.
    package let intakes: [Intake]
    private let sinks: [(name: String, sink: any RecordSink)]
    private let recovered: Mutex<Recovered?>

    /// What is read from the store before the threads start.
    private struct Recovered: @unchecked Sendable {
        // Handed from the thread that makes the engine to the threads of the groups, once.
        let shards: [Shard]
        let outputs: [Shard.Outputs]
    }

    /// Reads everything that outlives a process, and is ready to start.
    ///
    /// - Throws: ``EngineError`` where a subscription names no handler, or the store cannot be read.
    package init(
        options: EngineOptions, services: [ServiceDefinition], subscriptions: [SubscriptionDefinition],
        sinks: [(name: String, sink: any RecordSink)], disk: any Disk, clock: any EngineClock,
        observer: any EngineObserver
    ) throws(EngineError) {
        var options = options
        options.limits.maxRecordBytes = sinks.map { $0.sink.maxRecordBytes }
        self.options = options
        self.clock = clock
        self.observer = observer
        self.sinks = sinks
        do throws(ServiceTableError) { self.services = try ServiceTable(services) } catch { throw .services(error) }
        var handlers: [ServiceTable.Handler] = []
        for subscription in subscriptions {
            guard let handler = self.services.find(service: subscription.service, handler: subscription.handler) else {
                throw .unknownHandler(
                    subscription: subscription.name, service: subscription.service, handler: subscription.handler)
            }
            guard subscription.name.utf8.count <= 255 else { throw .nameTooLong(subscription: subscription.name) }
            if handler.isKeyed, subscription.key == .none { throw .keyNeeded(subscription: subscription.name, service: subscription.service) }
            handlers.append(handler)
        }
        store = Store(disk: disk)
        let host = EngineHost(store: store, shardCount: options.shardCount, observer: observer, sinks: sinks.map { $0.sink })
        hostBox = host
        let perShard = ShardLimits(
            overlayBytes: max(64 << 10, options.overlayBytes / options.shardCount),
            blockBytes: max(64 << 10, options.blockBytes / options.shardCount),
            tableBytes: max(128 << 10, options.tableBytes / options.shardCount))
        let stored = (0..<options.shardCount).map { index in
            ShardStore(
                shard: index, disk: disk, limits: perShard,
                firstFill: 0.4 + 0.6 * Double(index + 1) / Double(options.shardCount))
        }
        // The blocks hold newer watermarks than the families: the shards are recovered before the intakes are made.
        var recoveries: [ShardStore.Recovery] = []
        var marks: [[Watermarks.Stored]] = []
        do throws(StoreError) {
            for shardStore in stored {
                recoveries.append(try shardStore.recover())
                marks.append(try Shard.storedWatermarks(of: shardStore))
            }
        } catch { throw .store(error) }
        intakes = subscriptions.enumerated().map { index, subscription in
            Intake(
                subscription: subscription, index: index, shardCount: options.shardCount, isKeyed: handlers[index].isKeyed,
                stored: Engine.partitions(of: subscription.name, marks, shardCount: options.shardCount), host: host)
        }
        let settings = ShardSettings(
            shardCount: options.shardCount, services: self.services, handlers: handlers, intakes: intakes,
            sinks: sinks.map { $0.name }, limits: options.limits, defaultPolicy: options.defaultPolicy,
            onDelivered: { batch in
                host.latencies.didAcknowledge(batch)
                host.post(.delivered(shard: batch.shard, batchNumber: batch.batchNumber), toShard: batch.shard)
            })
        var shards: [Shard] = []
        var outputs: [Shard.Outputs] = []
        do throws(StoreError) {
            for (index, shardStore) in stored.enumerated() {
                let shard = Shard(
                    index: index, settings: settings, store: shardStore,
                    executor: ShardExecutor(wake: { host.wake(shard: index) }), observer: ShardReporter(observer))
                outputs.append(try shard.recover(recoveries[index]))
                shards.append(shard)
            }
        } catch { throw .store(error) }
        if let missing = shards.lazy.compactMap({ $0.missingSink }).first { throw .missingSink(missing) }
        host.setCounters(shards.map { $0.counters })
        recovered = Mutex(Recovered(shards: shards, outputs: outputs))
    }

    private static func partitions(
        of subscription: String,
        _ marks: [[Watermarks.Stored]], shardCount: Int
    ) -> [Intake.StoredPartition] {
        var partitions: [Intake.StoredPartition] = []
        for (shard, marks) in marks.enumerated() {
            for mark in marks where mark.subscription == subscription {
                let known = partitions.firstIndex { $0.topic == mark.topic && $0.partition == mark.partition }
                let at: Int
                if let known {
                    at = known
                } else {
                    partitions.append(
                        Intake.StoredPartition(
                            topic: mark.topic, partition: mark.partition, start: mark.start,
                            next: [Int64?](repeating: nil, count: shardCount)))
                    at = partitions.count - 1
                }
                partitions[at].next[shard] = mark.next
            }
        }
        return partitions
    }

    // MARK: Running

    /// Starts the threads, the sinks, and then the sources.
    package func start(sources: [any RecordSource]) throws {
        guard let recovered = recovered.withLock({ recovered in
            defer { recovered = nil }
            return recovered
        }) else { return }
        let runtime = EngineRuntime(
            options: options, store: store, clock: clock, observer: observer, host: hostBox, shards: recovered.shards)
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
    package var failure: StoreError? { hostBox.failure }

    /// How long things take.
    package var latencies: EngineLatencies { hostBox.latencies }

    /// Figures for metrics and progress.
    package var statistics: EngineStatistics { hostBox.statistics(intakes: intakes) }

    /// Whether everything that was delivered has been applied and committed, and nothing is left to do at once.
    package var isIdle: Bool { hostBox.isIdle(intakes: intakes) }

    /// Commits so far, and how many of them are durable.
    package var commits: (latest: UInt64, durable: UInt64) { (store.latestCommit, store.durableCommit) }

    /// Calls `body` whenever a commit has become durable, with its number, on the flusher's thread.
    package func onDurable(_ body: @escaping @Sendable (UInt64) -> Void) { hostBox.onDurable(body) }
}

/// Why an engine cannot be made.
package enum EngineError: Error, CustomStringConvertible, Sendable {
    case services(ServiceTableError)
    case unknownHandler(subscription: String, service: String, handler: String)
    case keyNeeded(subscription: String, service: String)
    case missingSink(String)
    case nameTooLong(subscription: String)
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
        case .store(let error): "\(error)"
        }
    }
}
