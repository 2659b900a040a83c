import MillraceStore
import Synchronization

/// The shards of one thread, and their turns. What a turn of all of them decides is one write.
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
    }

    let shards: [Shard]
    /// What the group's thread runs, for those who watch it.
    let running = RunningHandler()
    private let store: Store
    private let batch: any DiskBatch
    private let exchange: any Exchange
    private var ended: [Shard] = []
    /// The turn's records, which are in flight until the commit.
    private var applied: [RecordBatch] = []
    private var isCommitted = true
    private var news: News?

    init(shards: [Shard], store: Store, exchange: any Exchange) {
        self.shards = shards
        self.store = store
        self.exchange = exchange
        batch = store.disk.makeBatch()
        for shard in shards { shard.running = running }
    }

    /// One turn: the inputs, what has become due, the blocks, the commit. A commit that throws can be tried again with ``commit()``; until
    /// it has succeeded there must be no other turn.
    func turn(_ inputs: [Input], now: Int64, shardAt: (Int) -> Shard?) throws(StoreError) {
        for shard in shards { shard.beginTurn(now: now) }
        for input in inputs {
            switch input {
            case .records(let records, let advancing):
                for shard in shards { shard.apply(records, advancing: advancing) }
            case .messages(let messages): shardAt(messages.to)?.apply(messages)
            case .delivered(let shard, let number): shardAt(shard)?.delivered(batchNumber: number)
            case .durable(let commit): for shard in shards { shard.becameDurable(upTo: commit) }
            case .request(let request, let shard): shardAt(shard)?.accept(request)
            case .probe(let probe, let shard): shardAt(shard)?.accept(probe)
            case .sent(let batch): shardAt(batch.shard)?.sent(batch)
            }
        }
        for shard in shards { shard.work() }
        running.leave()
        for shard in shards {
            if let failure = shard.readFailure { throw failure }
        }
        batch.removeAll()
        ended.removeAll(keepingCapacity: true)
        for shard in shards where shard.endTurn(into: batch) { ended.append(shard) }
        isCommitted = false
        applied.removeAll(keepingCapacity: true)
        for case .records(let records, _) in inputs { applied.append(records) }
        try commit()
    }

    /// Writes the turn's blocks, and lets out what depends on them.
    func commit() throws(StoreError) {
        guard !isCommitted else { return }
        let commit = ended.isEmpty ? store.latestCommit : try store.commit(batch)
        isCommitted = true
        var hasReleased = false
        var hasReplied = false
        var hasSent = false
        for shard in shards where shard.hasOutputs {
            let outputs = shard.committed(commit)
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
        for shard in shards {
            if let job = shard.maintain(commit: commit) { store.enqueue(job) }
        }
        let hasRecords = !applied.isEmpty
        for records in applied {
            var count = 0
            for shard in shards { count += Int(records.counts[shard.index]) }
            records.intake.finished(records: count, bytes: records.applied(records: count))
        }
        applied.removeAll(keepingCapacity: true)
        let waits = shards.contains { !$0.durableWaits.isEmpty }
        waitsForDurability.store(waits, ordering: .sequentiallyConsistent)
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
    func storeDeliveries(_ inputs: [Input], shardAt: (Int) -> Shard?) throws(StoreError) {
        // The disk is full, and a turn waits for its commit.
        guard isCommitted else { return }
        for input in inputs {
            switch input {
            case .delivered(let shard, let number): shardAt(shard)?.delivered(batchNumber: number)
            case .sent(let batch): shardAt(batch.shard)?.sent(batch)
            case .records, .messages, .durable, .request, .probe: break
            }
        }
        batch.removeAll()
        ended.removeAll(keepingCapacity: true)
        for shard in shards where shard.endTurn(into: batch, isLast: true) {
            ended.append(shard)
        }
        isCommitted = ended.isEmpty
        try commit()
    }

    /// Whether a handler of the group waits for commits to become durable. Read on other threads.
    let waitsForDurability = Atomic<Bool>(false)

    /// Sends what recovery found.
    func resend(_ outputs: [Shard.Outputs]) {
        for output in outputs {
            for (sink, batch) in output.outbound { exchange.release(batch, to: sink) }
            for messages in output.messages { exchange.post(.messages(messages), toShard: messages.to) }
        }
    }

    /// Whether there is something to do without input.
    func hasWork(now: Int64) -> Bool { shards.contains { $0.hasWork(now: now) } }

    /// When there is something to do without input: the earliest time, or `nil`.
    func nextWake(now: Int64) -> Int64? {
        var wake: Int64?
        for shard in shards {
            if shard.hasWork(now: now) { return now }
            if let time = shard.nextWake { wake = min(wake ?? .max, time) }
        }
        return wake
    }
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
