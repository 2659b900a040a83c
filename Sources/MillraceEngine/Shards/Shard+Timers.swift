import Millrace
import MillraceStore
import Synchronization

/// Delayed invocations.
extension Shard {
    private func selectTimer(_ id: InvocationID) {
        rowKey.truncate(to: 2)
        rowKey.append(id.dueMilliseconds)
        rowKey.append(id.keyHash)
        rowKey.append(id.originShard)
        rowKey.append(id.sequence)
    }

    func storeTimer(_ invocation: StoredInvocation) {
        var bytes: [UInt8] = []
        invocation.encode(into: &bytes)
        selectTimer(invocation.id)
        unsafe bytes.withUnsafeBytes { unsafe store.putNew(.timers, rowKey.bytes, $0) }
        timers.add(TimerQueue.Entry(due: invocation.id.dueMilliseconds, id: invocation.id))
    }

    /// Forgets a delayed invocation that has not fired. Its entry in memory finds no row when its time comes.
    func cancelTimer(_ id: InvocationID) {
        guard id.dueMilliseconds > 0 else { return }
        selectTimer(id)
        unsafe store.delete(.timers, rowKey.bytes)
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
        selectTimer(entry.id)
        do {
            guard let value = try unsafe store.get(.timers, rowKey.bytes) else { return }
            let invocation = try unsafe StoredInvocation(decoding: value)
            unsafe store.delete(.timers, rowKey.bytes)
            counters.timersFired.add(1, ordering: .relaxed)
            counters.timerLatenessMilliseconds.add(time - entry.due, ordering: .relaxed)
            localInvocations.append(invocation)
            runLocalInvocations()
        } catch {
            // The row stays, and is tried again after a restart.
            observer.contextMisused(error)
        }
    }

    /// Reads the next stored timers. Returns false where the disk could not be read; it is tried again in the next turn.
    private func refillTimers() -> Bool {
        guard let horizon = timers.horizon else { return true }
        selectTimer(horizon.id)
        var lower = unsafe [UInt8](rowKey.bytes)
        if horizon.due == 0 { lower = [UInt8(index >> 8), UInt8(index & 0xff)] }
        let upper = ShardStore.end(ofPrefix: [UInt8(index >> 8), UInt8(index & 0xff)])
        // Few enough not to hold up the turn.
        let limit = min(4_096, max(1, limits.timersInMemory / 2))
        do {
            let rows = try store.scan(.timers, from: lower, to: upper, limit: limit)
            let entries = rows.compactMap { row -> TimerQueue.Entry? in
                guard row.key.count == 28 else { return nil }
                var words: [UInt64] = [0, 0, 0, 0]
                for byte in row.key[2..<10] { words[0] = words[0] << 8 | UInt64(byte) }
                for byte in row.key[10..<18] { words[1] = words[1] << 8 | UInt64(byte) }
                for byte in row.key[18..<20] { words[2] = words[2] << 8 | UInt64(byte) }
                for byte in row.key[20..<28] { words[3] = words[3] << 8 | UInt64(byte) }
                return TimerQueue.Entry(
                    due: words[0],
                    id: InvocationID(
                        keyHash: words[1], dueMilliseconds: words[0], originShard: UInt16(words[2]), sequence: words[3])
                )
            }
            timers.refill(entries, isComplete: rows.count < limit)
            return true
        } catch {
            observer.contextMisused(error)
            return false
        }
    }
}
