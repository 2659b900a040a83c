import Millrace
import MillraceProtocol
import MillraceStore
import Synchronization

/// The slices of runs: from one wait to the next, each with its changes and its part of the journal in one batch.
extension Shard {
    /// Makes a run the one whose changes are collected; another's slice ends.
    func activate(_ run: InvocationRun) {
        guard active !== run else { return }
        if active != nil { endSlice() }
        active = run
        if let handler = run.handler { running.enter(handler.index) }
        store.beginInvocation()
        run.mark = outgoing.mark
        // What has come for the run stays, whatever becomes of the slice.
        run.log.save()
    }

    /// What the open slice has done so far stays, whatever comes after.
    func save(_ run: InvocationRun) {
        store.keepInvocation()
        if hasPending { dispatchPending() }
        run.log.save()
        store.beginInvocation()
        run.mark = outgoing.mark
    }

    /// Ends the open slice: its run has ended, or waits.
    func endSlice() {
        guard let run = active else { return }
        active = nil
        if let result = run.ending {
            let outcome = conclude(run, result)
            guard let handler = run.handler else { return }
            switch (outcome, run.origin) {
            case (.failed(let error), let queue?): failHead(queue, run.makeStored(), handler, error)
            case (.failed(let error), nil): failNew(run.makeStored(), handler, error)
            case (.finished, let queue?): removeHead(queue)
            case (.finished, nil), (.placed, _): break
            }
            return giveBack(run)
        }
        store.keepInvocation()
        if run.queue == nil { place(run) }
        if hasPending { dispatchPending() }
        writeChunk(of: run)
        // A step beside the handler has ended in a slice of its own: the handler, which waits, has to be told, and not to be released
        // before.
        if run.hasNews { ready(run) } else { keepIdle(run) }
    }

    /// Gives a run that goes on beyond this turn its place: at the head of its key's queue, durably.
    func place(_ run: InvocationRun) {
        guard let handler = run.handler else { return }
        run.keepOrigin()
        guard let stored = run.stored else { return }
        let queue = run.origin ?? makeQueue(for: stored, handler)
        // Others may have asked for the result before the start.
        let known = run.origin != nil || run.id.isDerived || stored.hasRecord ? record(of: run.id) : nil
        queue.isStarted = true
        queue.chunks = 0
        queue.state = .waiting(run)
        if run.origin == nil { enqueue(stored, in: queue) } else { storeHeader(queue) }
        var record = InvocationRecord(
            status: .started, queueService: queue.service, queueKey: queue.key, service: handler.service,
            handler: handler.name, key: stored.key, createdMilliseconds: stored.acceptedAtMilliseconds)
        record.listeners = known?.listeners ?? []
        putRecord(run.id, record)
        run.queue = queue
        runs[run.id] = run
        counters.waiting.store(runs.count, ordering: .relaxed)
    }

    // MARK: The journal

    private func selectChunk(_ id: InvocationID, _ chunk: UInt32) {
        rowKey.truncate(to: 2)
        rowKey.append(id)
        rowKey.append(chunk)
    }

    /// Writes what the run has noted since the last time.
    func writeChunk(of run: InvocationRun) {
        guard !run.log.isEmpty, let queue = run.queue else { return }
        frames.removeAll(keepingCapacity: true)
        run.log.encodeChunk(revision: newRevision(of: run), into: &frames)
        run.log.removeAll()
        appendChunk(run.id, queue)
    }

    /// The revision that a run's next chunk has to name, as the chunks before are of another one.
    private func newRevision(of run: InvocationRun) -> String? {
        guard run.revision != run.recordedRevision else { return nil }
        run.recordedRevision = run.revision
        return run.revision
    }

    /// Appends what is in `frames` to the journal of a queue's head.
    private func appendChunk(_ id: InvocationID, _ queue: VirtualQueue) {
        let chunk = queue.chunks ?? countChunks(of: id)
        selectChunk(id, chunk)
        unsafe frames.withUnsafeBytes { unsafe store.putNew(.journal, rowKey.bytes, $0) }
        queue.chunks = chunk + 1
    }

    /// Adds what has happened to an invocation that is not in memory.
    func appendNotification(_ notification: Notification, _ id: InvocationID, _ queue: VirtualQueue) {
        let chunk = queue.chunks ?? countChunks(of: id)
        appendNotification(notification, id, chunk: chunk)
        queue.chunks = chunk + 1
    }

    /// Adds what has happened to an invocation, as that chunk of its journal.
    func appendNotification(_ notification: Notification, _ id: InvocationID, chunk: UInt32) {
        var log = JournalLog()
        log.add(notification, now: now)
        frames.removeAll(keepingCapacity: true)
        log.encodeChunk(into: &frames)
        selectChunk(id, chunk)
        unsafe frames.withUnsafeBytes { unsafe store.putNew(.journal, rowKey.bytes, $0) }
    }

    private func countChunks(of id: InvocationID) -> UInt32 {
        var chunk: UInt32 = 0
        while true {
            selectChunk(id, chunk)
            guard let found = try? unsafe store.get(.journal, rowKey.bytes), found.count > 0 else { return chunk }
            chunk += 1
        }
    }

    /// Reads the journal of a queue's head.
    func loadJournal(of id: InvocationID, _ queue: VirtualQueue) throws -> RecordedJournal {
        let journal = try readJournal(of: id, chunks: queue.chunks)
        queue.chunks = UInt32(journal.chunkCount)
        return journal
    }

    /// Reads a journal that has so many chunks, or, where nobody knows, as many as there are.
    func readJournal(of id: InvocationID, chunks: UInt32?) throws -> RecordedJournal {
        var journal = RecordedJournal()
        var chunk: UInt32 = 0
        while chunks.map({ chunk < $0 }) ?? true {
            selectChunk(id, chunk)
            guard let bytes = try unsafe store.get(.journal, rowKey.bytes) else {
                guard chunks == nil else { throw RecordError() }
                break
            }
            journal.lastBatch = max(journal.lastBatch, store.batchOfLastRead)
            try journal.add(unsafe [UInt8](bytes))
            chunk += 1
        }
        return journal
    }

    /// Ends a journal that is kept, for people to look at, with the invocation's result. Returns how many chunks it has.
    func closeJournal(of id: InvocationID, _ queue: VirtualQueue, _ run: InvocationRun?, _ result: DurableResult)
        -> UInt32
    {
        var log = run?.log ?? JournalLog()
        run?.log.removeAll()
        log.add(OutputCommand(outcome: result.outcome), now: now)
        frames.removeAll(keepingCapacity: true)
        log.encodeChunk(revision: run.flatMap { newRevision(of: $0) }, into: &frames)
        appendChunk(id, queue)
        defer {
            // It is no longer the queue's: the record knows it, and the next head has its own.
            queue.chunks = 0
        }
        return queue.chunks ?? 0
    }

    func deleteJournal(of id: InvocationID, _ queue: VirtualQueue) {
        guard queue.isStarted else { return }
        deleteChunks(queue.chunks ?? countChunks(of: id), of: id)
        queue.chunks = 0
    }

    /// Deletes a journal that has so many chunks.
    func deleteChunks(_ count: UInt32, of id: InvocationID) {
        for chunk in 0..<count {
            selectChunk(id, chunk)
            unsafe store.delete(.journal, rowKey.bytes)
        }
    }

    // MARK: Records of invocations

    private func selectRecord(_ id: InvocationID) {
        rowKey.truncate(to: 2)
        rowKey.append(id)
    }

    func record(of id: InvocationID) -> InvocationRecord? {
        selectRecord(id)
        do {
            guard let bytes = try unsafe store.get(.invocations, rowKey.bytes) else { return nil }
            return try unsafe InvocationRecord(decoding: bytes)
        } catch {
            observer.contextMisused(error)
            return nil
        }
    }

    /// Those who wait for an invocation's result; `nil` where it has no record.
    func listeners(of id: InvocationID) -> [ResponseTarget]? {
        selectRecord(id)
        do {
            guard let bytes = try unsafe store.get(.invocations, rowKey.bytes) else { return nil }
            return try unsafe InvocationRecord.listeners(decoding: bytes)
        } catch {
            observer.contextMisused(error)
            return nil
        }
    }

    /// The batch in which the record was changed last; 0 where that was long ago, or there is none.
    func batchOfRecord(_ id: InvocationID) throws -> UInt64 {
        selectRecord(id)
        return try unsafe store.get(.invocations, rowKey.bytes) == nil ? 0 : store.batchOfLastRead
    }

    func putRecord(_ id: InvocationID, _ record: InvocationRecord) {
        selectRecord(id)
        rowValue.removeAll()
        record.encode(into: &rowValue)
        unsafe store.putNew(.invocations, rowKey.bytes, rowValue.bytes)
    }

    func deleteRecord(_ id: InvocationID) {
        selectRecord(id)
        unsafe store.delete(.invocations, rowKey.bytes)
    }
}

extension RowKey {
    /// Appends an id as ``InvocationID/bytes`` has it.
    mutating func append(_ id: InvocationID) {
        append(id.keyHash)
        append(id.dueMilliseconds << 16 | UInt64(id.originShard))
        append(id.sequence)
    }
}
