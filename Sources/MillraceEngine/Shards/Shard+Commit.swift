import Millrace
import MillraceStore
import Synchronization

/// The end of a turn: one block, and what leaves after it.
extension Shard {
    /// What a committed turn sends out.
    struct Outputs {
        var outbound: [(sink: Int, batch: OutboundBatch)] = []
        var messages: [ShardMessageBatch] = []
        /// Batches of other shards that are applied for good.
        var acknowledgements: [(shard: Int, batchNumber: UInt64)] = []
        /// Results for those outside who wait.
        var replies: [Reply] = []
        /// Searches for deadlocks, with the shard that each goes to.
        var probes: [(probe: DeadlockProbe, shard: Int)] = []
    }

    /// Whether something has been acknowledged that the next run would send again. That alone makes no block, as the next one
    /// tells; only the last one of a run must.
    var hasUnstoredAcknowledgements: Bool { ackedSequence != storedSequences.acked }

    /// Adds the turn's block to `batch`. Returns false where the turn has decided nothing.
    ///
    /// - Parameter isLast: whether what has been acknowledged is worth a block by itself.
    func endTurn(into batch: any DiskBatch, isLast: Bool = false) -> Bool {
        writeReadyChunks()
        let published = marks.store(in: store)
        for shard in changedReceived {
            rowKey.truncate(to: 2)
            rowKey.append(UInt8(ascii: "r"))
            rowKey.append(UInt16(shard))
            unsafe withUnsafeBytes(of: received[shard].littleEndian) { unsafe store.put(.meta, rowKey.bytes, $0) }
        }
        changedReceived.removeAll(keepingCapacity: true)
        storeOverdue()
        guard store.hasChanges || !outgoing.isEmpty || isLast && hasUnstoredAcknowledgements else { return false }
        let first = messageSequence + 1
        let isStored = lanes.map { $0.isStoring }
        encodeMessages(first)
        storeLanes()
        let row = SequenceRow(invocation: invocationSequence, message: messageSequence, acked: ackedSequence)
        if row != storedSequences {
            storedSequences = row
            rowKey.truncate(to: 2)
            rowKey.append(SequenceRow.name)
            unsafe row.words.span.withUnsafeBytes { unsafe store.put(.meta, rowKey.bytes, $0) }
        }
        let number = unsafe store.endBatch(into: batch, messages: messages.bytes)
        counters.batches.add(1, ordering: .relaxed)
        turn = EndedTurn(
            batchNumber: number, marks: published, outgoing: outgoing, firstSequence: first, isStored: isStored)
        outgoing.removeAll()
        return true
    }

    private func encodeMessages(_ first: UInt64) {
        messages.removeAll()
        var sequence = first
        unsafe outgoing.bytes.withUnsafeBytes { bytes in
            for emission in outgoing.emissions {
                let value = emission.start + max(0, emission.keyCount)
                let keyBytes: UnsafeRawBufferPointer? =
                    unsafe emission.keyCount < 0
                    ? nil : UnsafeRawBufferPointer(rebasing: bytes[emission.start..<value])
                let valueBytes: UnsafeRawBufferPointer? =
                    unsafe emission.valueCount < 0
                    ? nil : UnsafeRawBufferPointer(rebasing: bytes[value..<value + emission.valueCount])
                if lanes[emission.sink].isStoring {
                    unsafe storeRow(
                        emission.sink, sequence, topic: outgoing.topics[emission.topic], key: keyBytes,
                        value: valueBytes, headers: emission.headers)
                } else {
                    messages.frame { messages in
                        unsafe MessageCodec.encodeEmission(
                            sequence: sequence, cluster: settings.sinks[emission.sink],
                            topic: outgoing.topics[emission.topic], key: keyBytes, value: valueBytes,
                            headers: emission.headers, into: &messages)
                    }
                }
                sequence += 1
            }
        }
        for message in outgoing.messages {
            MessageCodec.encode(
                ShardMessage(sequence: sequence, target: message.target, body: message.body), into: &messages)
            sequence += 1
        }
        messageSequence = sequence - 1
    }

    /// Whether something leaves the shard with the turn's commit.
    var hasOutputs: Bool {
        turn != nil || !toAcknowledge.isEmpty || !replies.isEmpty || !probes.isEmpty
            || lanes.contains { $0.hasRoom(window) }
    }

    /// Learns that the turn's block is written, as part of that commit, and returns what leaves.
    func committed(_ commit: UInt64) -> Outputs {
        var outputs = Outputs()
        outputs.acknowledgements = toAcknowledge
        toAcknowledge.removeAll()
        outputs.replies = replies
        replies.removeAll()
        outputs.probes = probes
        probes.removeAll()
        if let turn { release(turn, commit, &outputs) }
        for batch in sendStored(commit) { outputs.outbound.append((batch.sink, batch)) }
        return outputs
    }

    private func release(_ turn: EndedTurn, _ commit: UInt64, _ outputs: inout Outputs) {
        self.turn = nil
        pendingCommits.append((commit, turn.batchNumber))
        publish(turn.marks)
        let emissions = turn.outgoing.emissions
        if !emissions.isEmpty || !turn.outgoing.messages.isEmpty {
            for sink in settings.sinks.indices
            where !turn.isStored[sink] && emissions.contains(where: { $0.sink == sink }) {
                var records: [OutboundBatch.Record] = []
                records.reserveCapacity(emissions.count)
                for (at, emission) in emissions.enumerated() where emission.sink == sink {
                    records.append(
                        OutboundBatch.Record(
                            sequence: turn.firstSequence + UInt64(at), topic: emission.topic, start: emission.start,
                            keyCount: emission.keyCount, valueCount: emission.valueCount, headers: emission.headers))
                }
                outputs.outbound.append(
                    (
                        sink,
                        OutboundBatch(
                            shard: index, sink: sink, records: records, topics: turn.outgoing.topics,
                            bytes: turn.outgoing.bytes,
                            commit: commit, batchNumber: turn.batchNumber, onDelivered: settings.onDelivered)
                    ))
            }
            let firstMessage = turn.firstSequence + UInt64(emissions.count)
            var byTarget: [Int: [ShardMessage]] = [:]
            for (at, message) in turn.outgoing.messages.enumerated() {
                byTarget[message.target, default: []].append(
                    ShardMessage(sequence: firstMessage + UInt64(at), target: message.target, body: message.body))
            }
            for (target, messages) in byTarget.sorted(by: { $0.key < $1.key }) {
                outputs.messages.append(
                    ShardMessageBatch(from: index, to: target, batchNumber: turn.batchNumber, messages: messages))
            }
            counters.emitted.add(UInt64(emissions.count), ordering: .relaxed)
            addUndelivered(
                UndeliveredBatch(
                    number: turn.batchNumber,
                    lastSequence: turn.firstSequence + UInt64(emissions.count + turn.outgoing.messages.count) - 1,
                    since: now, parts: outputs.outbound.map { $0.batch }, messagesLeft: outputs.messages.count))
        }
    }

    private func publish(_ marks: [(intake: Int, slot: Int, next: Int64)]) {
        guard let first = marks.first else { return }
        // Nearly always all marks of a turn are of one subscription.
        if marks.allSatisfy({ $0.intake == first.intake }) {
            return settings.intakes[first.intake].applied(shard: index, marks.map { ($0.slot, $0.next) })
        }
        for mark in marks { settings.intakes[mark.intake].applied(shard: index, [(mark.slot, mark.next)]) }
    }

    func addUndelivered(_ batch: UndeliveredBatch) {
        for part in batch.parts {
            // A record counts even where it has no bytes.
            lanes[part.sink].directBytes += part.byteCount + part.records.count
            undeliveredBytes += part.byteCount + part.records.count
        }
        undelivered.append(batch)
        settleUndelivered()
    }

    /// Learns that a shard has all messages that it was to get of a batch.
    func delivered(batchNumber: UInt64) {
        guard let at = undelivered.firstIndex(where: { $0.number == batchNumber }) else { return }
        undelivered[at].messagesLeft -= 1
        settleUndelivered()
    }

    /// Forgets the first batches of which everything has arrived, or is stored.
    func settleUndelivered() {
        var gone = 0
        while gone < undelivered.count, undelivered[gone].isDelivered {
            ackedSequence = undelivered[gone].lastSequence
            gone += 1
        }
        if gone > 0 { undelivered.removeFirst(gone) }
    }

    /// Everything that batches up to this one sent has arrived.
    var releasedBatch: UInt64 { undelivered.first.map { $0.number - 1 } ?? store.lastBatch }

    // MARK: Messages of other shards

    /// Applies messages from another shard; those that were applied before are dropped.
    func apply(_ batch: ShardMessageBatch) {
        for message in batch.messages
        where message.sequence > received[batch.from] || settings.mistake == .messagesAreRepeated {
            received[batch.from] = message.sequence
            changedReceived.insert(batch.from)
            // What was sent after an invocation finds it started.
            if case .invoke(let invocation) = message.body {
                accept(invocation)
            } else {
                deliveries.append(message.body)
            }
        }
        toAcknowledge.append((batch.from, batch.batchNumber))
        runLocalInvocations()
    }

    // MARK: Between turns

    /// Frees memory, and freezes the overlay when it is time. Returns the overlay that is to be written back.
    func maintain(commit: UInt64) -> WriteBackJob? {
        releaseIdle()
        store.collectWriteBack()
        var job: WriteBackJob?
        if store.shouldFreeze(nowMilliseconds: now) { job = store.freeze(commit: commit, released: releasedBatch) }
        store.evict()
        counters.queuedInvocations.store(queuedCount, ordering: .relaxed)
        counters.timersInMemory.store(timers.count, ordering: .relaxed)
        let outboxBytes = outboxBytes
        counters.outboxBytes.store(outboxBytes, ordering: .relaxed)
        counters.undeliveredBytes.store(undeliveredBytes + outboxBytes, ordering: .relaxed)
        let statistics = store.statistics
        counters.tableBytes.store(statistics.tableBytes + statistics.decodedBytes, ordering: .relaxed)
        counters.dirtyBytes.store(statistics.dirtyBytes, ordering: .relaxed)
        counters.rows.store(statistics.rows, ordering: .relaxed)
        return job
    }

    /// Whether the shard has so much to write back or to deliver that its sources should pause.
    var isOverloaded: Bool {
        hasTooManyHeldRuns || store.isOverloaded || undeliveredBytes > limits.maxUndeliveredBytes
            || outboxBytes > limits.maxOutboxBytes
    }
}
