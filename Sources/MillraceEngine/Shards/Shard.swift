import Millrace
import MillraceProtocol
import MillraceStore

/// One slice of the key space, with one writer: the deterministic core of the engine.
///
/// Time, records, messages, completions and acknowledgements are its inputs; a block of changes and what is to leave after
/// it are its outputs. It starts no thread, reads no clock and waits for nothing. All of it is used by one thread at a time.
///
/// A turn is: ``beginTurn(now:durable:)``, any number of inputs, ``work()``, ``endTurn(into:)``, the commit, ``committed(_:)``.
final class Shard {
    let index: Int
    let settings: ShardSettings
    let store: ShardStore
    let executor: ShardExecutor
    let observer: any ShardObserver
    let counters = ShardCounters()
    /// What the shard's thread runs; its group's.
    var running = RunningHandler()

    /// The time of the turn, in milliseconds since 1970.
    private(set) var now: Int64 = 0
    var marks = Watermarks()
    var outgoing = Outgoing()
    /// The run whose slice is open.
    var active: InvocationRun?
    // What the open slice sends; dispatched when it is kept.
    var pendingSends: [StoredInvocation] = []
    var pendingSignals: [(InvocationID, SignalName, DurableResult)] = []
    var pendingQueries: [PendingQuery] = []
    var pendingExpiries: [(subject: [UInt8], due: UInt64)] = []
    var pendingTimers: [(id: InvocationID, completion: UInt32, due: UInt64)] = []
    var pendingNotifications: [(InvocationID, Notification)] = []
    /// Invocations of this shard's own keys that are to start in this turn.
    var localInvocations: [StoredInvocation] = []
    /// Messages of this shard to itself.
    var deliveries: [ShardMessage.Body] = []
    /// Results for those outside who wait.
    var replies: [Reply] = []
    /// How many of the turn's invocations were started by messages and timers rather than by records.
    var turnInvocations = 0

    /// Busy keys only, by a hash of service and key.
    var queues: [UInt64: VirtualQueue] = [:]
    /// Queues that are only stored.
    var suspended = SuspendedQueues()
    /// Why the open turn must not be committed: something could not be read on which it depends.
    var readFailure: StoreError?
    /// Queues whose head is to be run.
    var scheduled: [VirtualQueue] = []
    /// When a failed head is to be run again: the earliest first.
    var retries = DueQueue<VirtualQueue>()
    /// Runs that wait for something, in memory.
    var runs: [InvocationID: InvocationRun] = [:]
    /// Runs for which something has come.
    var readyRuns: [InvocationRun] = []
    /// The number of what has happened last to any run; see `InvocationRun.activity`.
    var lastActivity: UInt64 = 0
    /// Runs by the time at which they may have been waiting for too long.
    var idleRuns = DueQueue<(id: InvocationID, due: Int64)>()
    /// Steps that have run for longer than their handler's inactivity timeout, by the time at which their attempt is given up.
    var overdueSteps = DueQueue<(run: InvocationID, step: UInt32, since: Int64)>()
    /// Queues whose head may be part of a ring, by the time at which that is looked at.
    var deadlockChecks = DueQueue<(queue: VirtualQueue, due: Int64)>()
    /// Probes that leave after the turn, with their shard.
    var probes: [(probe: DeadlockProbe, shard: Int)] = []
    var probeRound: UInt64 = 0
    var probeVisits: Set<DeadlockProbe.Visit> = []
    /// Waits of rings that have been told of, and that nobody ends.
    var toldDeadlocks: Set<ResponseTarget> = []
    var oldRuns: [(id: InvocationID, activity: UInt64)] = []
    /// Places in runs that wait for a batch to be durable, or for a time.
    var durableWaits: [(batch: UInt64, pause: HeldTask)] = []
    /// Empty; its memory serves again.
    var spareWaits: [(batch: UInt64, pause: HeldTask)] = []
    var pauses = DueQueue<HeldTask>()
    /// Commits that are not durable, with the last batch of this shard in each.
    var pendingCommits: [(commit: UInt64, batch: UInt64)] = []
    /// Batches up to this one are durable.
    var durableBatch: UInt64 = 0
    var timers: TimerQueue
    var schedules: ShardSchedules
    /// When a schedule is to be looked at.
    var nextTick: Int64?
    var queuedCount = 0

    var rowKey: RowKey
    /// What the row that is written next is to have.
    var rowValue = RecordWriter()
    /// A run whose invocation has ended inline, for the next one.
    private var spareRun: InvocationRun?
    /// Runs of invocations that have waited and ended: those come and go in waves, as a turn of records begins many, and a sync ends many.
    private var spareRuns: [InvocationRun] = []
    /// For what handlers encode, which is copied before anything else is encoded.
    var spareBuffer: [UInt8] = []
    var lent: [UInt8] = []

    /// The number of the last invocation made here, and of the last message that left.
    var invocationSequence: UInt64 = 0
    var messageSequence: UInt64 = 0
    var ackedSequence: UInt64 = 0
    var storedSequences = SequenceRow(invocation: 0, message: 0, acked: 0)
    /// The highest message number applied, of each shard.
    var received: [UInt64]
    var changedReceived: Set<Int> = []
    /// Batches of other shards that were applied in this turn, to be acknowledged after its commit.
    var toAcknowledge: [(shard: Int, batchNumber: UInt64)] = []
    var undelivered: [UndeliveredBatch] = []
    /// What is stored for each sink.
    var lanes: [OutboxLane]
    var undeliveredBytes = 0
    /// What a journal gets next.
    var frames: [UInt8] = []
    /// The turn's messages, as its block gets them.
    var messages = RecordWriter()
    var turn: EndedTurn?
    /// A sink that undelivered records are for, and that is not configured any more.
    var missingSink: String?

    var services: ServiceTable { settings.services }
    var limits: EngineLimits { settings.limits }

    init(index: Int, settings: ShardSettings, store: ShardStore, executor: ShardExecutor, observer: any ShardObserver) {
        self.index = index
        self.settings = settings
        self.store = store
        self.executor = executor
        self.observer = observer
        timers = TimerQueue(limit: settings.limits.timersInMemory)
        schedules = ShardSchedules(settings.schedules, shard: index)
        rowKey = RowKey(shard: index)
        lanes = settings.sinks.map { OutboxLane(name: $0) }
        received = [UInt64](repeating: 0, count: settings.shardCount)
    }

    // MARK: The turn

    /// - Parameter durable: commits up to this one are durable. Those who wait for that go on when they are told, and not before.
    func beginTurn(now: Int64, durable: UInt64) {
        self.now = max(self.now, now)
        turnInvocations = 0
        if durableWaits.isEmpty { forgetCommits(upTo: durable) }
    }

    /// Does what has become due: jobs of waiting handlers, retries, timers, schedules, queued invocations.
    func work() {
        runJobs()
        resumePauses()
        giveUpOverdueSteps()
        probeDeadlocks()
        retryDue()
        fireTimers()
        fireSchedules()
        runScheduled()
        runLocalInvocations()
    }

    /// When the shard is to have a turn even without input: `.min` at once, `.max` never.
    var nextWake: Int64 {
        if !scheduled.isEmpty || !localInvocations.isEmpty || !readyRuns.isEmpty || !deliveries.isEmpty { return .min }
        var next = timers.nextDue.map { Int64(clamping: $0) } ?? .max
        // One by one: an array of them would be allocated each time that a thread looks whether it may sleep.
        next = min(next, retries.nextDue ?? .max, pauses.nextDue ?? .max)
        next = min(next, idleRuns.nextDue ?? .max, overdueSteps.nextDue ?? .max)
        next = min(next, deadlockChecks.nextDue ?? .max, nextOutboxWork ?? .max)
        return min(next, nextTick ?? .max)
    }

    // MARK: Runs

    /// A run for an invocation that is to start.
    @inline(__always)
    func takeRun() -> InvocationRun {
        if let run = spareRun {
            spareRun = nil
            run.origin = nil
            return run
        }
        if let run = spareRuns.popLast() {
            run.origin = nil
            return run
        }
        return InvocationRun(shard: self)
    }

    /// Takes back a run whose invocation has ended.
    @inline(__always)
    func giveBack(_ run: InvocationRun) {
        guard run.isReusable else { return }
        // What an invocation that has finished did needs no journal.
        run.log.clear()
        if !run.hasWaited {
            spareRun = run
        } else if spareRuns.count < Self.maxSpareRuns {
            run.clear()
            spareRuns.append(run)
        }
    }

    private static let maxSpareRuns = 128

    /// No record of a batch is to be run any more.
    func forgetBatch() { spareRun?.forgetBatch() }

    /// The end: nothing is to be run any more.
    func forgetRuns() {
        spareRun = nil
        spareRuns = []
        active = nil
    }

    /// Keeps bytes that a run lends to its handler until the next call.
    func lend(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        lent = bytes
        // The array is kept by the shard, is not changed until the next loan, and is contiguous.
        return unsafe lent.withUnsafeBytes { unsafe $0 }
    }

    // MARK: Identities

    @inline(__always)
    func nextInvocationID(keyHash: UInt64, due: UInt64 = 0) -> InvocationID {
        invocationSequence += 1
        return InvocationID(
            keyHash: keyHash, dueMilliseconds: due, originShard: UInt16(index), sequence: invocationSequence)
    }

    func shard(of id: InvocationID) -> Int { RecordRouter.shard(ofHash: id.keyHash, shardCount: settings.shardCount) }

    /// The hash under which a busy key is kept.
    @inline(__always)
    func queueHash(_ service: String, _ keyHash: UInt64) -> UInt64 {
        var hash = keyHash
        for byte in service.utf8 { hash = (hash ^ UInt64(byte)) &* 0x9E37_79B1_85EB_CA87 }
        return hash
    }

    /// The position of a sink, by its name; the empty name means the first one.
    func sink(_ name: String) throws -> Int {
        if name.isEmpty {
            if settings.sinks.isEmpty { throw ContextError.unknownSink("(default)") }
            return 0
        }
        guard let sink = settings.sinks.firstIndex(of: name) else { throw ContextError.unknownSink(name) }
        return sink
    }
}

/// What all shards of an engine have in common.
struct ShardSettings: Sendable {
    let shardCount: Int
    let services: ServiceTable
    /// The handler of each intake, by the intake's index.
    let handlers: [ServiceTable.Handler]
    let intakes: [Intake]
    /// The schedules of all shards.
    let schedules: [ShardSchedules.Schedule]
    /// The names of the sinks.
    let sinks: [String]
    let limits: EngineLimits
    /// For invocations that came from no subscription.
    let defaultPolicy: ErrorPolicy
    /// See ``EngineOptions/mistake``.
    let mistake: EngineMistake?
    /// Called, on any thread, when a sink has acknowledged a batch.
    let onDelivered: @Sendable (OutboundBatch) -> Void
}

/// A batch of this shard whose messages have not all arrived.
struct UndeliveredBatch {
    let number: UInt64
    let lastSequence: UInt64
    /// When it was committed.
    let since: Int64
    /// What sinks have not acknowledged.
    var parts: [OutboundBatch]
    /// How many shards have not acknowledged their messages.
    var messagesLeft: Int

    var isDelivered: Bool { parts.isEmpty && messagesLeft <= 0 }
}

/// A result for one who waits outside of the shards.
struct Reply: Sendable {
    let request: UInt64
    let result: DurableResult
}

/// What a turn decided, between its block and its commit.
struct EndedTurn {
    let batchNumber: UInt64
    let marks: [(intake: Int, slot: Int, next: Int64)]
    let outgoing: Outgoing
    let firstSequence: UInt64
    /// For each sink whether its records became rows.
    let isStored: [Bool]
}
