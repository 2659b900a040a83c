package import Millrace
package import MillraceStore

/// An engine without threads: whoever owns it takes every step itself, on one thread, in any order.
///
/// Everything below the threads is the same as in ``Engine``; what its threads would do, turn by turn and write by write,
/// is a function here. For simulations.
package final class SteppedEngine {
    /// The shards that one thread would have, and what waits for them.
    private struct Lane {
        let group: ShardGroup
        let mailbox = Mailbox()
    }

    private let options: EngineOptions
    private let store: Store
    private let host: EngineHost
    private let lanes: [Lane]
    let shards: [Shard]
    private let outputs: [Shard.Outputs]
    /// What can be asked of the engine from outside.
    package let desk: RequestDesk
    /// The intakes, one a subscription, in the order in which the subscriptions were given.
    package let intakes: [Intake]

    /// Reads everything that outlives a process.
    ///
    /// - Throws: ``EngineError`` where a subscription or schedule names no handler, or the store cannot be read.
    package init(
        options: EngineOptions, services: [ServiceDefinition], subscriptions: [SubscriptionDefinition],
        schedules: [ScheduleDefinition] = [], sinks: [(name: String, sink: any RecordSink)], disk: any Disk,
        observer: any EngineObserver
    ) throws(EngineError) {
        let parts = try EngineParts(
            options: options, services: services, subscriptions: subscriptions, schedules: schedules, sinks: sinks,
            disk: disk, observer: observer)
        self.options = parts.options
        store = parts.store
        host = parts.host
        desk = parts.desk
        intakes = parts.intakes
        shards = parts.recovered.shards
        outputs = parts.recovered.outputs
        let host = parts.host
        let layout = ShardLayout(shards, threads: options.threads)
        lanes = layout.groups.map { Lane(group: ShardGroup(shards: $0, store: parts.store, exchange: host)) }
        host.setMailboxes(
            lanes.map { $0.mailbox }, lanes.map { $0.group.durabilityWait }, groupOfShard: layout.groupOfShard)
        for shard in shards { shard.executor.adoptCurrentThread() }
    }

    deinit {
        drainTasks()
        // Records that nobody takes any more refer to their intake, and so to the mailbox that they are in.
        for lane in lanes { lane.mailbox.removeAll() }
    }

    // MARK: The shards' threads

    /// How many groups of shards there are, each of which would have a thread.
    package var groupCount: Int { lanes.count }

    /// Sends what recovery found; to be called once, before any turn.
    package func resend() { lanes.first?.group.resend(outputs) }

    /// How many inputs wait for a group.
    package func waitingInputs(_ group: Int) -> Int { lanes[group].mailbox.count }

    /// A turn of a group with the first inputs that wait for it. When it throws, only ``retryCommit(_:)`` may follow.
    package func turn(_ group: Int, inputs count: Int, now: Int64) throws(StoreError) {
        let lane = lanes[group]
        let inputs = lane.mailbox.take(inputs: count)
        defer { hear(from: lane) }
        try lane.group.turn(inputs, now: now)
        host.setOverloaded(lanes.contains { $0.group.isOverloaded })
    }

    /// Tries the commit of a turn again that has thrown.
    package func retryCommit(_ group: Int) throws(StoreError) {
        defer { hear(from: lanes[group]) }
        try lanes[group].group.commit()
    }

    private func hear(from lane: Lane) {
        if lane.group.takeNews() != nil { isFlusherAwake = true }
    }

    /// When a group has something to do without input, or `nil`.
    package func nextWake(_ group: Int, now: Int64) -> Int64? { lanes[group].group.nextWake(now: now) }

    /// Ends the tasks of handlers without effect: for an engine that is about to be thrown away.
    package func drainTasks() {
        for shard in shards { shard.releaseAll() }
    }

    /// Lets no schedule tick any more in this life: for simulations that are to come to rest.
    package func stopSchedules() {
        for shard in shards { shard.stopSchedules() }
    }

    /// Ends the engine in order, as ``Engine`` does: handlers that wait are unwound, what has been acknowledged is stored, and
    /// everything made durable. Nothing may follow. When it throws, the process has crashed on its way out.
    package func stop() throws(StoreError) {
        drainTasks()
        for lane in lanes {
            try lane.group.storeDeliveries(lane.mailbox.take(inputs: lane.mailbox.count))
        }
        _ = try store.syncOnce()
    }

    // MARK: The flusher

    /// The number of the last commit, and of the last one that survives any crash.
    package var commits: (latest: UInt64, durable: UInt64) { (store.latestCommit, store.durableCommit) }

    /// Whether a turn has woken the flusher, which is to let out everything before it sleeps again. One that sleeps does nothing.
    private var isFlusherAwake = true

    /// Makes all commits so far durable. Returns whether there was anything to do.
    package func sync() throws(StoreError) -> Bool { isFlusherAwake ? try store.syncOnce() : false }

    /// Lets out what waits for commits up to this one.
    package func release(upTo commit: UInt64) {
        guard isFlusherAwake else { return }
        isFlusherAwake = store.latestCommit != store.durableCommit
        host.outlets.release(upTo: commit)
        host.requests.release(upTo: commit)
        host.tellWaiting(commit)
    }

    // MARK: The writer-back

    /// How many frozen overlays wait to be written back.
    package var pendingWriteBacks: Int { store.pendingWriteBacks }

    /// Begins the next write-back, if there is one whose batches are durable by `commit`.
    package func nextWriteBack(upTo commit: UInt64, writeBytes: Int) -> WriteBackRun? {
        store.nextWriteBack(upTo: commit).map {
            WriteBackRun($0, on: store.disk, batch: store.disk.makeBatch(), writeBytes: writeBytes)
        }
    }

    // MARK: What there is to see

    /// The state of an object, as the open batches see it, by name.
    package func state(service: String, key: [UInt8]) throws -> [String: [UInt8]] {
        let shard = shards[RecordRouter.shard(ofHash: InvocationNames.hash(key), shardCount: options.shardCount)]
        return try shard.state(service: service, key: key)
    }

    /// The journal of an invocation that has begun to wait, an entry a line; `nil` where there is none, or it is not kept any more.
    package func journal(of id: InvocationID) throws -> [String]? {
        try shards[RecordRouter.shard(ofHash: id.keyHash, shardCount: options.shardCount)].journal(of: id)
    }

    /// What has not ended: the heads of all virtual queues.
    package var openInvocations: [OpenInvocation] { shards.flatMap { $0.openInvocations() } }

    /// All that is committed now.
    package func snapshot() throws(StoreError) -> StoreSnapshot { try store.snapshot() }

    package var statistics: EngineStatistics { host.statistics(intakes: intakes) }

    /// Whether nothing waits to be released.
    package var holdsNothing: Bool { host.outlets.isEmpty }
}
