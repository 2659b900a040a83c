import Millrace
import MillraceStore

/// Everything of an engine except its threads, put together: the store, the shards as they were recovered, the intakes,
/// and what carries things between them.
///
/// ``Engine`` gives it threads; ``SteppedEngine`` lets its owner take each step.
struct EngineParts: Sendable {
    let options: EngineOptions
    let store: Store
    let host: EngineHost
    /// One a subscription, in the order in which the subscriptions were given.
    let intakes: [Intake]
    let recovered: RecoveredShards
    let desk: RequestDesk

    /// Reads everything that outlives a process.
    ///
    /// - Parameter recoveryThreads: how many threads read the shards' blocks.
    /// - Throws: ``EngineError`` where a subscription or schedule names no handler, or the store cannot be read.
    init(
        options: EngineOptions, services: [ServiceDefinition], subscriptions: [SubscriptionDefinition],
        schedules: [ScheduleDefinition], sinks: [(name: String, sink: any RecordSink)], disk: any Disk,
        observer: any EngineObserver, recoveryThreads: Int = 1
    ) throws(EngineError) {
        var options = options
        options.limits.maxRecordBytes = sinks.map { $0.sink.maxRecordBytes }
        self.options = options
        let table: ServiceTable
        do throws(ServiceTableError) { table = try ServiceTable(services) } catch { throw .services(error) }
        var handlers: [ServiceTable.Handler] = []
        for subscription in subscriptions {
            guard let handler = table.find(service: subscription.service, handler: subscription.handler) else {
                throw .unknownHandler(
                    subscription: subscription.name, service: subscription.service, handler: subscription.handler)
            }
            guard subscription.name.utf8.count <= 255 else { throw .nameTooLong(subscription: subscription.name) }
            if handler.isKeyed, subscription.key == .none {
                throw .keyNeeded(subscription: subscription.name, service: subscription.service)
            }
            handlers.append(handler)
        }
        for (at, schedule) in schedules.enumerated()
        where schedules[..<at].contains(where: { $0.name == schedule.name }) {
            throw .scheduleTwice(schedule.name)
        }
        let known = try schedules.map { (schedule) throws(EngineError) in try Self.check(schedule, table, options) }
        store = Store(disk: disk)
        let host = EngineHost(
            store: store, shardCount: options.shardCount, observer: observer, sinks: sinks.map { $0.sink })
        self.host = host
        desk = RequestDesk(host: host, services: table, shardCount: options.shardCount)
        let stored = (0..<options.shardCount).map { index in
            ShardStore(
                shard: index, disk: disk, limits: options.shardLimits,
                firstFill: 0.4 + 0.6 * Double(index + 1) / Double(options.shardCount), encodeValue: StateValue.encode)
        }
        // The blocks hold newer watermarks than the families: the shards are recovered before the intakes are made.
        let found: [StoreRecovery.Found]
        do throws(StoreError) {
            found = try StoreRecovery.recover(stored, threads: recoveryThreads)
        } catch { throw .store(error) }
        host.requests.begin(after: stored.reduce(0) { $0 &+ $1.lastBatch })
        let marks = found.map { $0.marks }
        intakes = subscriptions.enumerated().map { index, subscription in
            Intake(
                subscription: subscription, index: index, shardCount: options.shardCount,
                isKeyed: handlers[index].isKeyed,
                stored: Self.partitions(of: subscription.name, marks, shardCount: options.shardCount), host: host)
        }
        let settings = ShardSettings(
            shardCount: options.shardCount, services: table, handlers: handlers, intakes: intakes,
            schedules: known, sinks: sinks.map { $0.name }, limits: options.limits,
            defaultPolicy: options.defaultPolicy,
            mistake: options.mistake,
            onDelivered: { batch in
                host.latencies.didAcknowledge(batch)
                host.post(.sent(batch), toShard: batch.shard)
            })
        var shards: [Shard] = []
        var outputs: [Shard.Outputs] = []
        do throws(StoreError) {
            let life = try store.beginLife()
            for (index, shardStore) in stored.enumerated() {
                let shard = Shard(
                    index: index, settings: settings, store: shardStore,
                    executor: ShardExecutor(wake: { host.post(.jobs(shard: index), toShard: index) }),
                    observer: ShardReporter(observer))
                outputs.append(try shard.recover(found[index].recovery, life: life))
                shards.append(shard)
            }
        } catch { throw .store(error) }
        if let missing = shards.lazy.compactMap({ $0.missingSink }).first { throw .missingSink(missing) }
        host.setCounters(shards.map { $0.counters })
        host.setSchedules(known)
        recovered = RecoveredShards(shards: shards, outputs: outputs)
    }

    /// A schedule with its handler.
    private static func check(
        _ schedule: ScheduleDefinition, _ table: ServiceTable, _ options: EngineOptions
    ) throws(EngineError) -> ShardSchedules.Schedule {
        guard let handler = table.find(service: schedule.service, handler: schedule.handler) else {
            throw .unknownScheduledHandler(
                schedule: schedule.name, service: schedule.service, handler: schedule.handler)
        }
        guard schedule.name.utf8.count <= 255 else { throw .scheduleNameTooLong(schedule.name) }
        let reason: String? =
            switch (handler.isKeyed, schedule.key.isEmpty) {
            case (true, true): "'\(schedule.service)' has keys; give it a key"
            case (false, false): "'\(schedule.service)' has no keys; leave the key out"
            case (true, false) where handler.isWorkflow && !schedule.key.contains(ScheduleDefinition.tickPlaceholder):
                "a workflow runs once for each key; put \(ScheduleDefinition.tickPlaceholder) into the key"
            default: nil
            }
        // With a tick's time, which is longer than what stands for it.
        let keyBytes = schedule.key(ofTick: 0).count
        if keyBytes > options.limits.maxKeyBytes {
            throw .scheduleKey(
                schedule: schedule.name,
                reason: "it has \(keyBytes) bytes, and the limit is \(options.limits.maxKeyBytes); shorten it")
        }
        if let reason { throw .scheduleKey(schedule: schedule.name, reason: reason) }
        return ShardSchedules.Schedule(schedule, handler, ScheduleCounters(), shardCount: options.shardCount)
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
}

/// The shards as they were read from the store, and what they have to send again.
///
/// Handed from the thread that makes the engine to the threads of the groups, once; that makes `@unchecked Sendable` true.
struct RecoveredShards: @unchecked Sendable {
    let shards: [Shard]
    let outputs: [Shard.Outputs]
}

/// The shards of each thread, and for each shard the index of its thread.
struct ShardLayout {
    let groupOfShard: [Int]
    let groups: [[Shard]]

    init(_ shards: [Shard], threads: Int) {
        let count = max(1, min(threads, shards.count))
        groupOfShard = shards.map { $0.index % count }
        groups = (0..<count).map { group in shards.filter { $0.index % count == group } }
    }
}
