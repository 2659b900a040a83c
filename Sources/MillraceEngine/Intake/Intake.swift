import Synchronization

/// The engine's end of one subscription: where its source delivers records and learns what to do.
///
/// The source's thread calls everything here; the shards' threads report back what they have applied. Both sides share
/// only what is behind the mutex and the atomics.
package final class Intake: Sendable {
    /// One partition of the subscription. A slot is its index, from 0, for as long as the process runs.
    struct Slot: Sendable {
        let topic: String
        let partition: Int32
        /// The next offset to apply, for each shard, by what is committed.
        var applied: [Int64]
        /// The offset at which the subscription began on this partition.
        var start: Int64
        var hasBegun: Bool
        var status: SourceStatus = .starting
        /// The end of the partition's log, as last heard, or -1.
        var logEnd: Int64 = -1
        /// Set by a shard whose poison policy is `stop`.
        var stopReason: String?
        /// What has been seen by the source, for the shards that had no record in it.
        var seen: Int64 = -1
    }

    struct State: Sendable {
        var slots: [Slot] = []
        var status: SourceStatus = .starting
        /// The candidate for the durable positions: the positions, and the commit that must be durable first.
        var candidate: (positions: [Int64], commit: UInt64)?
        var durable: [Int64] = []
        /// Partitions that are to stop and are not open yet: what is stored of them may fail before their source has begun.
        var earlyStops: [(topic: String, partition: Int32, reason: String)] = []
    }

    /// Where a partition goes on.
    package enum Position: Sendable, Equatable {
        /// At a stored offset.
        case stored(Int64)
        /// Nothing is stored: find the offset of this position, and call ``Intake/begin(slot:at:)``.
        case start(StartPosition)
    }

    package let subscription: SubscriptionDefinition
    let index: Int
    let shardCount: Int
    let router: RecordRouter
    let state: Mutex<State>
    /// What is stored from earlier runs, by topic and partition.
    private let stored: [StoredPartition]
    private let inFlightRecords = Atomic<Int>(0)
    private let inFlightBytes = Atomic<Int>(0)
    private let delivered = Atomic<Int>(0)
    private let host: any IntakeHost
    private let ready = Signal()

    /// The offsets stored for one partition: for each shard the next one to apply, or `nil` where the shard has none.
    struct StoredPartition: Sendable {
        let topic: String
        let partition: Int32
        var start: Int64
        var next: [Int64?]
    }

    init(
        subscription: SubscriptionDefinition, index: Int, shardCount: Int, isKeyed: Bool = true,
        stored: [StoredPartition],
        host: any IntakeHost
    ) {
        self.subscription = subscription
        self.index = index
        self.shardCount = shardCount
        self.stored = stored
        self.host = host
        router = RecordRouter(selector: subscription.key, shardCount: shardCount, isKeyed: isKeyed)
        state = Mutex(State())
    }

    // MARK: For sources

    /// Registers a partition, and tells where to go on. Ask once for each partition, in any order, at any time.
    package func open(topic: String, partition: Int32) -> (slot: Int, position: Position) {
        state.withLock { state in
            let known = stored.first { $0.topic == topic && $0.partition == partition }
            let start = known?.start ?? -1
            let applied = (0..<shardCount).map { known?.next[$0] ?? start }
            state.slots.append(
                Slot(topic: topic, partition: partition, applied: applied, start: start, hasBegun: known != nil))
            let slot = state.slots.count - 1
            state.slots[slot].stopReason =
                state.earlyStops.first { $0.topic == topic && $0.partition == partition }?.reason
            if known != nil { return (slot, .stored(applied.min() ?? start)) }
            // A partition that joins a topic which is already being read has nothing in it that was ever skipped.
            if subscription.start == .latest,
                stored.contains(where: { $0.topic == topic })
                    || state.slots.contains(where: { $0.topic == topic && $0.hasBegun })
            {
                return (slot, .start(.earliest))
            }
            return (slot, .start(subscription.start))
        }
    }

    /// Says at which offset a partition begins that had nothing stored. Comes before its first record.
    package func begin(slot: Int, at offset: Int64) {
        state.withLock { state in
            state.slots[slot].start = offset
            state.slots[slot].hasBegun = true
            state.slots[slot].applied = [Int64](repeating: offset, count: shardCount)
        }
        // Where it is not at the beginning, it is stored at once: the next run must not begin elsewhere because nothing
        // has come in this one.
        if subscription.start != .earliest { move(slot: slot, to: offset, isReset: true) }
    }

    /// Lets a partition go on at another offset, because its log does not have the one at which it should.
    ///
    /// Onward, shards that are further already stay where they are: what they have applied is still in the log. Back, the
    /// log is another one, and every shard begins there.
    package func skip(slot: Int, from missing: Int64, to offset: Int64) {
        move(slot: slot, to: offset, isReset: offset < missing)
    }

    private func move(slot: Int, to offset: Int64, isReset: Bool) {
        let batch = makeBatch()
        batch.isReset = isReset
        batch.advance(slot: slot, next: offset)
        host.deliver(batch, toAllShards: true)
    }

    /// An empty batch, to be filled and delivered.
    package func makeBatch() -> RecordBatch { RecordBatch(intake: self, shardCount: shardCount) }

    /// Hands a batch over to the shards. Never blocks; afterwards look at ``isSaturated``.
    package func deliver(_ batch: RecordBatch) {
        guard batch.recordCount > 0 || !batch.advances.isEmpty else { return }
        batch.beginFlight()
        inFlightRecords.add(batch.recordCount, ordering: .relaxed)
        inFlightBytes.add(batch.byteCount, ordering: .relaxed)
        delivered.add(batch.recordCount, ordering: .relaxed)
        host.deliver(batch, toAllShards: false)
    }

    /// Lets every shard know how far partitions have been read, so that shards without records of theirs move on too.
    /// To be called about once a second, and before the source stops.
    package func deliverProgress(_ advances: [(slot: Int, next: Int64)]) {
        guard !advances.isEmpty else { return }
        let batch = makeBatch()
        for advance in advances { batch.advance(slot: advance.slot, next: advance.next) }
        host.deliver(batch, toAllShards: true)
    }

    /// Whether the source should stop delivering for now.
    package var isSaturated: Bool {
        inFlightRecords.load(ordering: .relaxed) >= subscription.maxInFlightRecords
            || inFlightBytes.load(ordering: .relaxed) >= subscription.maxInFlightBytes
            || host.queuedInvocations >= subscription.maxQueuedRecords
            || host.isOverloaded
    }

    /// Why the source is saturated, for its status.
    package var saturationReason: String {
        if host.queuedInvocations >= subscription.maxQueuedRecords {
            return "\(host.queuedInvocations) records wait in virtual queues (limit \(subscription.maxQueuedRecords))"
        }
        if host.isOverloaded { return host.overloadReason }
        return
            "\(inFlightRecords.load(ordering: .relaxed)) records are on their way to the shards (limit \(subscription.maxInFlightRecords))"
    }

    /// What has been delivered and is not committed yet.
    package var inFlight: (records: Int, bytes: Int) {
        (inFlightRecords.load(ordering: .relaxed), inFlightBytes.load(ordering: .relaxed))
    }

    /// Waits until the source is not saturated, or the time is over. Blocks the calling thread. Returns whether it may go on.
    package func waitUntilReady(timeoutMilliseconds: Int) -> Bool {
        guard isSaturated else { return true }
        ready.wait(timeoutMilliseconds: timeoutMilliseconds)
        return !isSaturated
    }

    /// For every slot the offset up to which everything is durable, for a commit to the consumer group; -1 where
    /// nothing is known. To be called from time to time; positions come one call later than they are reached.
    package func durablePositions() -> [Int64] {
        let durable = host.durableCommit
        let latest = host.latestCommit
        return state.withLock { state in
            if let candidate = state.candidate, candidate.commit <= durable {
                state.durable = candidate.positions
                state.candidate = nil
            }
            if state.candidate == nil {
                // The shards publish what they have applied after its commit, so `latest`, read before, may be too low:
                // it is read again here, under the same lock under which they publish.
                state.candidate = (
                    state.slots.map { $0.hasBegun ? $0.applied.min() ?? -1 : -1 }, max(latest, host.latestCommit)
                )
            }
            return state.durable
        }
    }

    /// The partitions that are to stop, by the poison policy of a shard, with the reason. The source must stop reading them.
    package func stopRequests() -> [(slot: Int, reason: String)] {
        state.withLock { state in
            state.slots.enumerated().compactMap { slot, value in value.stopReason.map { (slot, $0) } }
        }
    }

    /// Tells how a partition, or without a slot the whole source, is doing.
    package func report(_ status: SourceStatus, slot: Int? = nil) {
        let changed: (topic: String, partition: Int32)?? = state.withLock { state in
            guard let slot else {
                guard state.status != status else { return nil }
                state.status = status
                return .some(nil)
            }
            guard state.slots[slot].status != status else { return nil }
            state.slots[slot].status = status
            return (state.slots[slot].topic, state.slots[slot].partition)
        }
        if let changed { host.statusChanged(self, partition: changed, status) }
    }

    /// Tells the end of a partition's log, for lag.
    package func reportLogEnd(_ offset: Int64, slot: Int) {
        state.withLock { $0.slots[slot].logEnd = offset }
    }

    // MARK: For shards

    /// Takes a batch's records out of what is in flight.
    func finished(records: Int, bytes: Int) {
        let wasSaturated = isSaturated
        inFlightRecords.subtract(records, ordering: .relaxed)
        inFlightBytes.subtract(bytes, ordering: .relaxed)
        if wasSaturated, !isSaturated { ready.raise() }
    }

    /// The topic and the partition of a slot.
    func place(ofSlot slot: Int) -> (topic: String, partition: Int32) {
        state.withLock { ($0.slots[slot].topic, $0.slots[slot].partition) }
    }

    /// Publishes what a shard has committed.
    func applied(shard: Int, _ watermarks: [(slot: Int, next: Int64)]) {
        state.withLock { state in
            for (slot, next) in watermarks { state.slots[slot].applied[shard] = next }
        }
    }

    /// Asks the source to stop reading a partition, by the poison policy.
    func stopPartition(topic: String, partition: Int32, reason: String) {
        state.withLock { state in
            guard let slot = state.slots.firstIndex(where: { $0.topic == topic && $0.partition == partition }) else {
                return state.earlyStops.append((topic, partition, reason))
            }
            state.slots[slot].stopReason = reason
        }
    }

    /// Figures for metrics.
    var statistics: EngineStatistics.Subscription {
        state.withLock { state in
            EngineStatistics.Subscription(
                name: subscription.name, status: state.status, delivered: delivered.load(ordering: .relaxed),
                partitions: state.slots.map { slot in
                    EngineStatistics.Subscription.Partition(
                        topic: slot.topic, partition: slot.partition, status: slot.status,
                        position: slot.hasBegun ? slot.applied.min() ?? -1 : -1, logEnd: slot.logEnd)
                })
        }
    }
}

/// What an intake needs of its engine.
protocol IntakeHost: AnyObject, Sendable {
    /// Puts the batch into the mailboxes of the shards' threads: of those with records in it, or of all.
    func deliver(_ batch: RecordBatch, toAllShards: Bool)
    /// The number of the last commit, and of the last one that is durable.
    var latestCommit: UInt64 { get }
    var durableCommit: UInt64 { get }
    /// How many invocations wait in virtual queues, of all subscriptions.
    var queuedInvocations: Int { get }
    /// Whether the engine as a whole cannot take more for now (write-back or sinks far behind, disk full), and why.
    var isOverloaded: Bool { get }
    var overloadReason: String { get }
    func statusChanged(_ intake: Intake, partition: (topic: String, partition: Int32)?, _ status: SourceStatus)
}
