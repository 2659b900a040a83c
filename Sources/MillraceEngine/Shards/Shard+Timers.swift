import Millrace
import MillraceProtocol
import MillraceStore
import Synchronization

/// Delayed invocations, and waits for a time.
extension Shard {
    /// The numbers of timers that complete no wait.
    private enum TimerNumber {
        /// A delayed invocation.
        static let invocation: UInt32 = 0
        /// What is kept of an invocation that has ended is to go.
        static let purge = TimerQueue.Entry.purge
        /// State that does not last is over.
        static let expiry = TimerQueue.Entry.expiry
        /// Its journal is to go, and its result stays.
        static let purgeJournal = TimerQueue.Entry.purgeJournal
    }

    private func selectTimer(due: UInt64, _ id: InvocationID, _ completion: UInt32) {
        rowKey.truncate(to: 2)
        rowKey.append(due)
        rowKey.append(id)
        rowKey.append(completion)
    }

    /// Keeps a delayed invocation until its time.
    func storeTimer(_ invocation: StoredInvocation) {
        select(value: invocation)
        selectTimer(due: invocation.dueMilliseconds, invocation.id, TimerNumber.invocation)
        unsafe store.putNew(.timers, rowKey.bytes, rowValue.bytes)
        timers.add(
            TimerQueue.Entry(due: invocation.dueMilliseconds, id: invocation.id, completion: TimerNumber.invocation))
        guard invocation.id.isDerived else { return }
        var record = InvocationRecord(
            status: .scheduled, queueService: "", queueKey: [], service: invocation.service,
            handler: invocation.handler,
            key: invocation.key, createdMilliseconds: invocation.acceptedAtMilliseconds)
        record.dueMilliseconds = invocation.dueMilliseconds
        putRecord(invocation.id, record)
    }

    /// Completes an invocation's wait at a time.
    func storeTimer(due: UInt64, _ id: InvocationID, completion: UInt32, value: [UInt8] = []) {
        selectTimer(due: due, id, completion)
        unsafe value.withUnsafeBytes { unsafe store.putNew(.timers, rowKey.bytes, $0) }
        timers.add(TimerQueue.Entry(due: due, id: id, completion: completion))
    }

    /// Forgets what is kept of an invocation at a time.
    func storePurge(_ id: InvocationID, due: UInt64) { storeTimer(due: due, id, completion: TimerNumber.purge) }

    /// Forgets the journal of an invocation at a time.
    func storeJournalPurge(_ id: InvocationID, due: UInt64) {
        storeTimer(due: due, id, completion: TimerNumber.purgeJournal)
    }

    /// Forgets the timer of a wait.
    func forgetTimer(due: UInt64, _ id: InvocationID, _ completion: UInt32) {
        selectTimer(due: due, id, completion)
        unsafe store.delete(.timers, rowKey.bytes)
        // What is due has been taken already, or finds no row in this turn.
        guard due > UInt64(max(0, now)) else { return }
        timers.forget(TimerQueue.Entry(due: due, id: id, completion: completion))
    }

    /// Whether a delayed invocation has not started.
    func isTimerPending(due: UInt64, _ id: InvocationID) -> Bool {
        selectTimer(due: due, id, TimerNumber.invocation)
        let bytes = try? unsafe store.get(.timers, rowKey.bytes)
        return unsafe bytes != nil
    }

    /// Takes away a delayed invocation that has not started.
    func takeTimer(due: UInt64, _ id: InvocationID) -> StoredInvocation? {
        selectTimer(due: due, id, TimerNumber.invocation)
        guard let bytes = try? unsafe store.get(.timers, rowKey.bytes) else { return nil }
        let invocation = try? unsafe StoredInvocation(decoding: bytes)
        unsafe store.delete(.timers, rowKey.bytes)
        if due > UInt64(max(0, now)) {
            timers.forget(TimerQueue.Entry(due: due, id: id, completion: TimerNumber.invocation))
        }
        return invocation
    }

    /// Notes that a delayed invocation is known by a record, so that its start finds those who wait for it there.
    func noteRecord(ofTimer due: UInt64, _ id: InvocationID) {
        selectTimer(due: due, id, TimerNumber.invocation)
        guard let bytes = try? unsafe store.get(.timers, rowKey.bytes),
            var invocation = try? unsafe StoredInvocation(decoding: bytes)
        else { return }
        invocation.hasRecord = true
        select(value: invocation)
        unsafe store.put(.timers, rowKey.bytes, rowValue.bytes)
    }

    /// Runs what is due, until the turn has done enough.
    func fireTimers() {
        let time = UInt64(max(0, now))
        while turnInvocations < limits.turnInvocations {
            if timers.needsRefill(now: time) {
                guard refillTimers() else { return }
            }
            guard let entry = timers.popDue(now: time) else {
                if timers.needsRefill(now: time) { continue }
                return
            }
            fire(entry, time)
        }
    }

    private func fire(_ entry: TimerQueue.Entry, _ time: UInt64) {
        selectTimer(due: entry.due, entry.id, entry.completion)
        do {
            guard let value = try unsafe store.get(.timers, rowKey.bytes) else { return }
            let invocation =
                entry.completion == TimerNumber.invocation ? try unsafe StoredInvocation(decoding: value) : nil
            let subject = entry.completion == TimerNumber.expiry ? unsafe [UInt8](value) : []
            unsafe store.delete(.timers, rowKey.bytes)
            counters.timersFired.add(1, ordering: .relaxed)
            counters.timerLatenessMilliseconds.add(time - min(time, entry.due), ordering: .relaxed)
            if let invocation {
                localInvocations.append(invocation)
            } else if entry.completion == TimerNumber.purge {
                // A person may have purged what it is of, and the id may be another invocation's by now.
                if record(of: entry.id)?.dueMilliseconds == entry.due { purge(entry.id) }
            } else if entry.completion == TimerNumber.expiry {
                try expire(subject)
            } else if entry.completion == TimerNumber.purgeJournal {
                purgeJournal(entry.id, due: entry.due)
            } else {
                deliver(.sleep(entry.completion), to: entry.id)
            }
            runLocalInvocations()
        } catch {
            // The row stays, and is tried again after a restart.
            observer.contextMisused(error)
        }
    }

    /// Forgets a completed invocation; of a workflow also its state and promises.
    func purge(_ id: InvocationID) {
        guard let record = record(of: id), record.status == .completed else { return }
        if settings.mistake != .journalsAreNotPurged { deleteChunks(record.chunks, of: id) }
        deleteRecord(id)
        guard services.find(service: record.service, handler: record.handler)?.isWorkflow == true else { return }
        forgetWorkflow(record.service, key: record.key)
    }

    /// Forgets the state and the promises of a workflow.
    func forgetWorkflow(_ service: String, key: [UInt8]) {
        rowKey.truncate(to: 2)
        unsafe key.withUnsafeBytes { unsafe rowKey.appendObject(service: service, key: $0) }
        let prefix = unsafe [UInt8](rowKey.bytes)
        do {
            try clear(object: prefix)
            for row in try store.scan(.promises, from: prefix, to: ShardStore.end(ofPrefix: prefix)) {
                unsafe row.key.withUnsafeBytes { unsafe store.delete(.promises, $0) }
            }
        } catch { observer.contextMisused(error) }
    }

    /// Forgets the journal of a completed invocation.
    private func purgeJournal(_ id: InvocationID, due: UInt64) {
        guard var record = record(of: id), record.status == .completed, record.journalDueMilliseconds == due else {
            return
        }
        deleteChunks(record.chunks, of: id)
        record.chunks = 0
        putRecord(id, record)
    }

    /// Reads the next stored timers. Returns false where the disk could not be read; it is tried again in the next turn.
    private func refillTimers() -> Bool {
        guard let horizon = timers.horizon else { return true }
        selectTimer(due: horizon.due, horizon.id, horizon.completion)
        var lower = unsafe [UInt8](rowKey.bytes)
        if horizon.due == 0 { lower = [UInt8(index >> 8), UInt8(index & 0xff)] }
        let upper = ShardStore.end(ofPrefix: [UInt8(index >> 8), UInt8(index & 0xff)])
        // Few enough not to hold up the turn.
        let limit = min(4_096, max(1, limits.timersInMemory / 2))
        do {
            let rows = try store.scan(.timers, from: lower, to: upper, limit: limit)
            timers.refill(rows.compactMap { TimerQueue.Entry(row: $0.key) }, isComplete: rows.count < limit)
            return true
        } catch {
            observer.contextMisused(error)
            return false
        }
    }
}
