import Millrace
import MillraceStore
import Synchronization

/// The way of a record: drop what was applied, run the handler inline where the key is idle, queue it where it is busy.
extension Shard {
    /// Applies this shard's records of a batch.
    func apply(_ batch: RecordBatch, advancing: Bool) {
        let intake = batch.intake
        let subscription = intake.index
        for advance in batch.advances { marks.prepare(intake, slot: advance.slot, shard: index) }
        var next = batch.heads[index]
        if next >= 0 || advancing {
            let handler = settings.handlers[subscription]
            var records: UInt64 = 0
            var duplicates: UInt64 = 0
            let readsAhead = handler.isKeyed && store.isLarge
            // Held here, so that no reference is counted where one is read.
            let entries = batch.entries
            // The record whose bytes are being brought near.
            var ahead = next
            for _ in 0..<(readsAhead ? Self.recordsAhead + 4 : 4) { ahead = prefetch(batch, entries.span, ahead) }
            while next >= 0 {
                ahead = prefetch(batch, entries.span, ahead)
                if readsAhead, records % Self.recordsAhead == 0 { readAhead(batch, from: next, handler) }
                let at = Int(next)
                let entry = entries[at]
                next = entry.next
                records += 1
                if marks.advance(subscription, Int(entry.slot), past: entry.offset) {
                    apply(batch, at, entry, handler)
                    if !localInvocations.isEmpty { runLocalInvocations() }
                } else {
                    duplicates += 1
                }
            }
            forgetBatch()
            for advance in batch.advances {
                if batch.isReset {
                    marks.reset(subscription, advance.slot, to: advance.next)
                } else {
                    marks.skip(subscription, advance.slot, to: advance.next)
                }
            }
            counters.records.add(records, ordering: .relaxed)
            if duplicates > 0 { counters.duplicates.add(duplicates, ordering: .relaxed) }
        }
    }

    /// Has a record's bytes brought near, and the entry of the shard's next record, which is returned: -1 where there is none.
    @inline(__always)
    private func prefetch(_ batch: RecordBatch, _ entries: Span<RecordBatch.Entry>, _ index: Int32) -> Int32 {
        guard index >= 0 else { return -1 }
        let entry = entries[Int(index)]
        batch.prefetch(bytesOf: entry)
        RecordBatch.prefetch(entries, entry.next)
        return entry.next
    }

    /// As many as ``readAhead(_:from:_:)`` has places for.
    private static let recordsAhead: UInt64 = 16

    /// Has the objects of the next records brought near, all at once.
    private func readAhead(_ batch: RecordBatch, from first: Int32, _ handler: ServiceTable.Handler) {
        var hashes = [16 of UInt64](repeating: 0)
        var next = first
        var count = 0
        while next >= 0, count < hashes.count {
            let entry = batch.entries[Int(next)]
            rowKey.truncate(to: 2)
            unsafe rowKey.appendObject(service: handler.service, key: batch.route(entry))
            hashes[count] = unsafe ShardStore.objectHash(rowKey.bytes)
            count += 1
            next = entry.next
        }
        store.readAhead(hashes.span.extracting(first: count))
    }

    private func apply(_ batch: RecordBatch, _ at: Int, _ entry: RecordBatch.Entry, _ handler: ServiceTable.Handler) {
        let key = unsafe batch.route(entry)
        if entry.failure >= 0 {
            let stored = stored(batch, at, handler, id: nextInvocationID(keyHash: entry.keyHash))
            return failNew(stored, handler, batch.failures[Int(entry.failure)])
        }
        if handler.isExclusive, hasQueues, let queue = unsafe queue(handler.service, entry.keyHash, key) {
            return enqueue(
                waiting: stored(batch, at, handler, id: nextInvocationID(keyHash: entry.keyHash)), in: queue)
        }
        if handler.isWorkflow { return accept(stored(batch, at, handler, id: unsafe .init(workflow: handler, key))) }
        let payload = unsafe batch.value(entry) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        let run = takeRun()
        let id = nextInvocationID(keyHash: entry.keyHash)
        switch unsafe start(run, handler, id, entry.keyHash, key, payload, batch: batch, entry: at, stored: nil) {
        case .finished: giveBack(run)
        case .failed(let error):
            giveBack(run)
            failNew(stored(batch, at, handler, id: id), handler, error)
        case .placed: break
        }
    }

    /// A record as it is stored when it has to wait.
    func stored(_ batch: RecordBatch, _ at: Int, _ handler: ServiceTable.Handler, id: InvocationID) -> StoredInvocation
    {
        let entry = batch.entries[at]
        return unsafe StoredInvocation(
            id: id, service: handler.service, handler: handler.name,
            key: [UInt8](batch.route(entry)), payload: batch.value(entry).map { unsafe [UInt8]($0) } ?? [],
            source: storedSource(batch, at), acceptedAtMilliseconds: now)
    }

    /// Where a record came from, copied out of its batch.
    func storedSource(_ batch: RecordBatch, _ at: Int) -> StoredInvocation.Source {
        let entry = batch.entries[at]
        let (topic, partition) = batch.intake.place(ofSlot: Int(entry.slot))
        var headers: [SourceRecord.Header] = []
        if entry.headersCount > 0 {
            unsafe batch.forEachHeader(entry) { name, value in
                unsafe headers.append(
                    SourceRecord.Header(
                        name: String(decoding: name, as: UTF8.self), value: value.map { unsafe [UInt8]($0) }))
            }
        }
        return unsafe StoredInvocation.Source(
            subscription: batch.intake.subscription.name,
            record: SourceRecord(
                topic: topic, partition: partition, offset: entry.offset,
                timestampMilliseconds: entry.timestamp == .min ? nil : entry.timestamp,
                key: batch.key(entry).map { unsafe [UInt8]($0) }, headers: headers, isTombstone: entry.valueCount < 0))
    }
}

extension InvocationID {
    /// The `run` of a workflow, by its key's bytes.
    fileprivate init(workflow handler: ServiceTable.Handler, _ key: UnsafeRawBufferPointer) {
        self = InvocationNames.workflow(service: handler.service, key: unsafe [UInt8](key))
    }
}
