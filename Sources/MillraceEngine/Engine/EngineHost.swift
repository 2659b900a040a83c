import MillraceStore
import Synchronization

/// What intakes, shards and sinks share of an engine: mailboxes, outlets, and its state as a whole.
final class EngineHost: IntakeHost, Exchange, @unchecked Sendable {
    private let store: Store
    private let observer: any EngineObserver
    let outlets: Outlets
    let requests = Requests()
    let latencies = EngineLatencies()
    let flush = Signal()
    let writeBack = Signal()
    /// Never raised: for waiting a while.
    let pause = Signal()
    /// The mailbox of each shard's group, set before anything runs.
    private var mailboxes: [Mailbox] = []
    private var groups: [Mailbox] = []
    private var durabilityWaits: [DurabilityWait] = []
    private var counters: [ShardCounters] = []
    private var schedules: [ShardSchedules.Schedule] = []
    private let overloaded = Atomic<Bool>(false)
    private let blockedHandlers = Atomic<UInt64>(0)
    private let blockedThreads = Atomic<Int>(0)
    private let posted = Atomic<Int>(0)
    private let handled = Atomic<Int>(0)
    private let state = Mutex<(failure: StoreError?, durableHooks: [@Sendable (UInt64) -> Void])>((nil, []))

    init(store: Store, shardCount: Int, observer: any EngineObserver, sinks: [any RecordSink]) {
        self.store = store
        self.observer = observer
        outlets = Outlets(sinks: sinks)
        let first = Mailbox()
        mailboxes = [Mailbox](repeating: first, count: shardCount)
        groups = [first]
    }

    /// Before the threads start: the groups' mailboxes, and for each shard the index of its group.
    func setMailboxes(_ groups: [Mailbox], _ durabilityWaits: [DurabilityWait], groupOfShard: [Int]) {
        self.groups = groups
        self.durabilityWaits = durabilityWaits
        mailboxes = groupOfShard.map { groups[$0] }
    }

    func setCounters(_ counters: [ShardCounters]) { self.counters = counters }

    func setSchedules(_ schedules: [ShardSchedules.Schedule]) { self.schedules = schedules }

    // MARK: Exchange

    func release(_ batch: OutboundBatch, to sink: Int) {
        batch.committedAt.store(EngineLatencies.now, ordering: .relaxed)
        outlets.hold(batch, for: sink)
    }

    func post(_ input: ShardGroup.Input, toShard shard: Int) {
        posted.add(1, ordering: .relaxed)
        mailboxes[shard].post(input)
    }

    func reply(_ replies: [Reply], after commit: UInt64) { requests.hold(replies, until: commit) }

    /// Counts inputs whose effects are committed.
    func finished(inputs: Int) { handled.add(inputs, ordering: .relaxed) }

    // MARK: IntakeHost

    func deliver(_ batch: RecordBatch, toAllShards: Bool) {
        batch.deliveredAt = EngineLatencies.now
        for group in groups {
            let concerns =
                toAllShards || groups.count == 1
                || mailboxes.indices.contains { mailboxes[$0] === group && batch.heads[$0] >= 0 }
            guard concerns else { continue }
            posted.add(1, ordering: .relaxed)
            group.post(.records(batch, advancing: toAllShards))
        }
    }

    var latestCommit: UInt64 { store.latestCommit }
    var durableCommit: UInt64 { store.durableCommit }
    var queuedInvocations: Int { counters.reduce(0) { $0 + $1.queuedInvocations.load(ordering: .relaxed) } }
    var isOverloaded: Bool { overloaded.load(ordering: .relaxed) }
    var overloadReason: String {
        "changed rows wait to be written back, too many emitted records to be delivered, or handlers for their steps to be durable"
    }

    func setOverloaded(_ value: Bool) { overloaded.store(value, ordering: .relaxed) }

    /// Tells, and counts, what a watch has seen.
    func report(_ events: [BlockedHandlerEvent], blockedThreads count: Int) {
        for event in events {
            if event.phase == .began { blockedHandlers.add(1, ordering: .relaxed) }
            observer.handlerBlocked(event)
        }
        blockedThreads.store(count, ordering: .relaxed)
    }

    func statusChanged(_ intake: Intake, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {
        observer.sourceChanged(subscription: intake.subscription.name, partition: partition, status)
    }

    // MARK: The engine's state

    var failure: StoreError? { state.withLock { $0.failure } }

    func fail(_ error: StoreError) {
        let isFirst = state.withLock { state in
            guard state.failure == nil else { return false }
            state.failure = error
            return true
        }
        if isFirst { observer.storageFailed(StoreFailure(message: error.description)) }
    }

    func onDurable(_ body: @escaping @Sendable (UInt64) -> Void) { state.withLock { $0.durableHooks.append(body) } }

    func durableChanged() {
        let commit = store.durableCommit
        outlets.release(upTo: commit)
        requests.release(upTo: commit)
        tellWaiting(commit)
        latencies.becameDurable(upTo: commit)
        for hook in state.withLock({ $0.durableHooks }) { hook(commit) }
    }

    /// Tells the shards what is durable where handlers wait for that.
    func tellWaiting(_ commit: UInt64) {
        for (at, wait) in durabilityWaits.enumerated() where wait.isOn.load(ordering: .sequentiallyConsistent) {
            posted.add(1, ordering: .relaxed)
            groups[at].post(.durable(commit: commit))
        }
    }

    func isIdle(intakes: [Intake]) -> Bool {
        posted.load(ordering: .relaxed) == handled.load(ordering: .relaxed) && store.latestCommit == store.durableCommit
            && outlets.isEmpty && requests.isEmpty
            && counters.allSatisfy { $0.undeliveredBytes.load(ordering: .relaxed) == 0 }
    }

    func statistics(intakes: [Intake]) -> EngineStatistics {
        var statistics = EngineStatistics()
        for counter in counters { statistics.add(counter) }
        statistics.commits = store.latestCommit
        statistics.durableCommits = store.durableCommit
        statistics.blockedHandlers = blockedHandlers.load(ordering: .relaxed)
        statistics.blockedThreads = blockedThreads.load(ordering: .relaxed)
        statistics.pendingWriteBacks = store.pendingWriteBacks
        statistics.writtenRows = store.writtenRows
        statistics.subscriptions = intakes.map { $0.statistics }
        statistics.schedules = schedules.map { EngineStatistics.Schedule($0) }
        return statistics
    }
}
