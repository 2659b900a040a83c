import MillraceStore
import Synchronization

/// The shards of one thread, and their turns. What a turn decides is one write, whichever shards decided it; those that it does
/// not concern are not looked at.
///
/// Like the shards themselves it has no thread, no clock and no waiting in it: a thread drives it, or a simulator.
final class ShardGroup {
    /// What comes in from outside the group's thread.
    enum Input {
        /// Records; with `advancing` the shards without records in it move on too.
        case records(RecordBatch, advancing: Bool)
        case messages(ShardMessageBatch)
        /// Another shard has all messages that it was to get of a shard's batch.
        case delivered(shard: Int, batchNumber: UInt64)
        /// Commits up to this one are durable.
        case durable(commit: UInt64)
        /// A request from outside.
        case request(Request, shard: Int)
        /// A search for a deadlock.
        case probe(DeadlockProbe, shard: Int)
        /// A sink has acknowledged a batch of a shard's.
        case sent(OutboundBatch)
        /// Other threads have made jobs of a shard's handlers ready.
        case jobs(shard: Int)
    }

    /// What the group knows of a shard between its turns.
    private struct Standing {
        /// When it is to have a turn without input: `.min` at once, `.max` never.
        var wake = Int64.min
        /// Whether it has the open turn.
        var isActive = false
        var waitsForDurability = false
        var isOverloaded = false
        var isWritingBack = false
    }

    let shards: [Shard]
    /// What the group's thread runs, for those who watch it.
    let running = RunningHandler()
    private let store: Store
    private let batch: any DiskBatch
    private let exchange: any Exchange
    /// By place in ``shards``.
    private var standings: [Standing]
    /// The place in ``shards`` of each of the engine's shards.
    private let places: [Int?]
    /// The places of the shards that have the open turn, in order.
    private var active: [Int] = []
    private var lastFullTurn: Int64?
    private let readyJobs = ReadyJobs()
    private var ended: [Shard] = []
    /// The turn's records, which are in flight until the commit.
    private var applied: [RecordBatch] = []
    private var isCommitted = true
    private var news: News?

    /// What has only become old, a shard may learn that much later: rows to be written back, memory to be freed.
    private static let fullTurnMilliseconds: Int64 = 100

    init(shards: [Shard], store: Store, exchange: any Exchange) {
        self.shards = shards
        self.store = store
        self.exchange = exchange
        batch = store.disk.makeBatch()
        standings = [Standing](repeating: Standing(), count: shards.count)
        var places = [Int?](repeating: nil, count: (shards.map(\.index).max() ?? -1) + 1)
        for (place, shard) in shards.enumerated() {
            places[shard.index] = place
            shard.running = running
            shard.executor.join(readyJobs)
        }
        self.places = places
    }

    /// One turn: the inputs, what has become due, the blocks, the commit. A commit that throws can be tried again with ``commit()``; until
    /// it has succeeded there must be no other turn.
    func turn(_ inputs: [Input], now: Int64) throws(StoreError) {
        begin(now)
        for input in inputs { apply(input, now) }
        if readyJobs.count > 0 {
            for place in shards.indices where shards[place].executor.hasLocal { activate(place, now) }
        }
        active.removeAll(keepingCapacity: true)
        for place in standings.indices where standings[place].isActive { active.append(place) }
        for place in active { shards[place].work() }
        running.leave()
        for place in active {
            if let failure = shards[place].readFailure { throw failure }
        }
        batch.removeAll()
        ended.removeAll(keepingCapacity: true)
        for place in active where shards[place].endTurn(into: batch) { ended.append(shards[place]) }
        isCommitted = false
        applied.removeAll(keepingCapacity: true)
        for case .records(let records, _) in inputs { applied.append(records) }
        try commit()
    }

    /// Begins the turn of the shards that have something to do, and from time to time of all.
    private func begin(_ now: Int64) {
        let isFull = lastFullTurn.map { now < $0 || now - $0 >= Self.fullTurnMilliseconds } ?? true
        if isFull { lastFullTurn = now }
        for place in active { standings[place].isActive = false }
        for place in standings.indices
        where isFull || standings[place].wake <= now || standings[place].isWritingBack {
            activate(place, now)
        }
    }

    private func activate(_ place: Int, _ now: Int64) {
        guard !standings[place].isActive else { return }
        standings[place].isActive = true
        shards[place].beginTurn(now: now, durable: store.durableCommit)
    }

    private func apply(_ input: Input, _ now: Int64) {
        switch input {
        case .records(let records, let advancing):
            for place in shards.indices where advancing || records.heads[shards[place].index] >= 0 {
                activate(place, now)
                shards[place].apply(records, advancing: advancing)
            }
        case .messages(let messages): shard(messages.to, now)?.apply(messages)
        case .delivered(let index, let number): shard(index, now)?.delivered(batchNumber: number)
        case .durable(let commit):
            for place in standings.indices where standings[place].waitsForDurability || standings[place].isActive {
                activate(place, now)
                shards[place].becameDurable(upTo: commit)
            }
        case .request(let request, let index): shard(index, now)?.accept(request)
        case .probe(let probe, let index): shard(index, now)?.accept(probe)
        case .sent(let batch): shard(batch.shard, now)?.sent(batch)
        case .jobs(let index): _ = shard(index, now)
        }
    }

    /// A shard of the group, by its number, in its turn.
    private func shard(_ index: Int, _ now: Int64) -> Shard? {
        guard places.indices.contains(index), let place = places[index] else { return nil }
        activate(place, now)
        return shards[place]
    }

    /// Writes the turn's blocks, and lets out what depends on them.
    func commit() throws(StoreError) {
        guard !isCommitted else { return }
        let commit = ended.isEmpty ? store.latestCommit : try store.commit(batch)
        isCommitted = true
        var hasReleased = false
        var hasReplied = false
        var hasSent = false
        for place in active where shards[place].hasOutputs {
            let outputs = shards[place].committed(commit)
            if !outputs.outbound.isEmpty { hasReleased = true }
            if !outputs.replies.isEmpty { hasReplied = true }
            if !outputs.messages.isEmpty || !outputs.acknowledgements.isEmpty { hasSent = true }
            for (sink, batch) in outputs.outbound { exchange.release(batch, to: sink) }
            for messages in outputs.messages { exchange.post(.messages(messages), toShard: messages.to) }
            for (sender, number) in outputs.acknowledgements {
                exchange.post(.delivered(shard: sender, batchNumber: number), toShard: sender)
            }
            for (probe, shard) in outputs.probes { exchange.post(.probe(probe, shard: shard), toShard: shard) }
            if !outputs.replies.isEmpty { exchange.reply(outputs.replies, after: commit) }
        }
        for place in active {
            let shard = shards[place]
            if let job = shard.maintain(commit: commit) { store.enqueue(job) }
            standings[place].wake = shard.nextWake
            standings[place].waitsForDurability = !shard.durableWaits.isEmpty
            standings[place].isOverloaded = shard.isOverloaded
            standings[place].isWritingBack = shard.store.isWritingBack
        }
        let hasRecords = !applied.isEmpty
        for records in applied {
            let count = recordCount(of: records)
            records.intake.finished(records: count, bytes: records.applied(records: count))
        }
        applied.removeAll(keepingCapacity: true)
        let waits = standings.contains { $0.waitsForDurability }
        durabilityWait.isOn.store(waits, ordering: .sequentiallyConsistent)
        // What became durable before the flag was up, nobody tells any more.
        if waits, store.durableCommit >= commit {
            exchange.post(.durable(commit: store.durableCommit), toShard: shards[0].index)
        }
        if !ended.isEmpty || hasReleased || hasReplied {
            // What a turn of records emits, can wait for the flusher: more records are on their way.
            let isAwaited = waits || hasReplied || hasReleased && !hasRecords
            news = isAwaited && !hasSent ? .awaited : .written
        }
    }

    /// What there is to be made durable, or to be let out when it is.
    enum News {
        /// The group need not wait for that.
        case written
        /// A handler of the group waits for it, or somebody outside, and no other group has got anything to which it may answer
        /// at once.
        case awaited
    }

    /// What a commit since the last call has left for the flusher.
    func takeNews() -> News? {
        defer { news = nil }
        return news
    }

    /// The last write of a group that takes no more turns: what has been acknowledged since, so that the next run does not send it
    /// again. Other inputs are left alone; whoever sent them sends them again.
    func storeDeliveries(_ inputs: [Input]) throws(StoreError) {
        // The disk is full, and a turn waits for its commit.
        guard isCommitted else { return }
        let now = lastFullTurn ?? 0
        for input in inputs {
            switch input {
            case .delivered, .sent: apply(input, now)
            case .records, .messages, .durable, .request, .probe, .jobs: break
            }
        }
        active = Array(shards.indices)
        batch.removeAll()
        ended.removeAll(keepingCapacity: true)
        for shard in shards where shard.endTurn(into: batch, isLast: true) {
            ended.append(shard)
        }
        isCommitted = ended.isEmpty
        try commit()
    }

    let durabilityWait = DurabilityWait()

    /// Sends what recovery found.
    func resend(_ outputs: [Shard.Outputs]) {
        for output in outputs {
            for (sink, batch) in output.outbound { exchange.release(batch, to: sink) }
            for messages in output.messages { exchange.post(.messages(messages), toShard: messages.to) }
        }
    }

    /// Whether there is something to do without input.
    func hasWork(now: Int64) -> Bool { nextWake(now: now).map { $0 <= now } ?? false }

    /// When there is something to do without input: the earliest time, or `nil`.
    func nextWake(now: Int64) -> Int64? {
        var wake = readyJobs.count > 0 ? Int64.min : .max
        for standing in standings { wake = min(wake, standing.wake) }
        return wake == .max ? nil : max(wake, now)
    }

    /// Whether a shard has so much to write back or to deliver that its sources should pause.
    var isOverloaded: Bool { standings.contains { $0.isOverloaded } }

    /// How many of a batch's records are for the group's shards.
    func recordCount(of batch: RecordBatch) -> Int { shards.reduce(0) { $0 + Int(batch.counts[$1.index]) } }
}

/// Whether a handler of a group waits for commits to become durable. Any thread may ask; it is apart from the group, so that who asks need not
/// hold the group, which holds him.
final class DurabilityWait: Sendable {
    let isOn = Atomic<Bool>(false)
}

/// What carries a group's outputs to where they belong.
protocol Exchange: AnyObject {
    /// Hands a batch over that may leave once its commit is durable.
    func release(_ batch: OutboundBatch, to sink: Int)
    /// Puts an input into the mailbox of a shard's group.
    func post(_ input: ShardGroup.Input, toShard shard: Int)
    /// Tells results to those outside, once a commit is durable.
    func reply(_ replies: [Reply], after commit: UInt64)
}
