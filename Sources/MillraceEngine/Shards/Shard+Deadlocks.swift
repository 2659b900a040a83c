import Millrace
import MillraceStore
import Synchronization

/// Rings of invocations that wait for each other: how they are found, and ended.
extension Shard {
    /// The longest pause between two searches from one queue.
    private static let longestPause: Int64 = 60_000
    /// So many visits are remembered: forgetting them costs probes that were not needed.
    private static let maxVisits = 4_096

    // MARK: Beginning

    /// Looks in a while whether a queue's head is part of a ring: a call has come to stand behind it, or it has come to wait for others.
    func watchForDeadlock(_ queue: VirtualQueue) {
        watchForDeadlock(queue, after: limits.deadlockAfter.wholeMilliseconds)
    }

    private func watchForDeadlock(_ queue: VirtualQueue, after pause: Int64) {
        let due = now + pause
        if let known = queue.deadlockDue, known <= due { return }
        queue.deadlockDue = due
        queue.deadlockPause = pause
        deadlockChecks.add((queue, due), due: due)
    }

    /// Sends probes from the queues that have been held up for long enough.
    func probeDeadlocks() {
        while let (queue, due) = deadlockChecks.popDue(now: now) {
            // Another time has been set since.
            guard queue.deadlockDue == due, settings.mistake != .ringsAreNotSearched else { continue }
            queue.deadlockDue = nil
            guard queue.count > 0, let head = loadHead(queue) else { continue }
            guard let needed = needed(by: head.id) else {
                // It is being replayed, so that it is known the next time.
                watchForDeadlock(queue, after: queue.deadlockPause)
                continue
            }
            // Otherwise it does something, and when it comes to wait for others, that is looked at.
            guard !needed.isEmpty else { continue }
            // A ring needs somebody who waits for what he did not make: a key, or the result of another's invocation.
            guard queue.count > 1 || needed.contains(where: \.mayBeJoined) else { continue }
            probeRound += 1
            follow(DeadlockProbe(initiator: head.id, round: probeRound, hops: []), head.id, needed)
            // What it waits for may become part of a ring later.
            watchForDeadlock(queue, after: min(queue.deadlockPause * 2, Self.longestPause))
        }
    }

    // MARK: What waits for what

    /// The others without which an invocation cannot go on, or `nil` where that will be known in a while: it is not in memory, and
    /// nobody has looked since the start of the process, so it is replayed.
    private func needed(by holder: InvocationID) -> [NeededInvocation]? {
        if let run = runs[holder] { return run.needed }
        guard let record = record(of: holder), record.status == .started, let queue = queue(of: record),
            case .suspended = queue.state
        else { return [] }
        queue.isSearched = true
        if queue.needed == nil { wake(queue) }
        return queue.needed
    }

    /// The invocation that has to end before another one can: itself where it has started, or the one that it stands behind.
    private func holder(of id: InvocationID, _ record: InvocationRecord) -> InvocationID? {
        switch record.status {
        case .started: return id
        case .queued:
            guard let queue = queue(of: record), let head = loadHead(queue)?.id, head != id else { return nil }
            return head
        case .scheduled, .completed: return nil
        }
    }

    // MARK: The way of a probe

    func accept(_ probe: DeadlockProbe) {
        switch probe.phase {
        case .searching: search(probe)
        case .confirming(let hop): confirm(probe, hop)
        case .found(let hop): end(probe, hop)
        }
    }

    private func follow(_ probe: DeadlockProbe, _ holder: InvocationID, _ needed: [NeededInvocation]) {
        for other in needed {
            var next = probe
            next.hops.append(DeadlockProbe.Hop(holder: holder, needed: other))
            send(next, toShardOf: other.id)
        }
    }

    private func send(_ probe: DeadlockProbe, toShardOf id: InvocationID) { probes.append((probe, shard(of: id))) }

    private func search(_ probe: DeadlockProbe) {
        var probe = probe
        let last = probe.hops.count - 1
        let id = probe.hops[last].needed.id
        guard let record = record(of: id), let holder = holder(of: id, record) else { return }
        probe.hops[last].service = record.service
        probe.hops[last].handler = record.handler
        probe.hops[last].key = record.key
        probe.hops[last].createdMilliseconds = record.createdMilliseconds
        probe.hops[last].isQueued = record.status == .queued
        probe.hops[last].isJoined = record.listeners.contains(probe.hops[last].target)
        if settings.mistake == .waitsAreTakenForRings, record.status == .queued {
            probe.phase = .found(last)
            return send(probe, toShardOf: id)
        }
        if holder == probe.initiator {
            guard needs(probe.hops[0]) else { return }
            probe.phase = .confirming(0)
            return send(probe, toShardOf: probe.hops[0].needed.id)
        }
        guard probe.hops.count < DeadlockProbe.maxHops else { return }
        if probeVisits.count >= Self.maxVisits { probeVisits.removeAll(keepingCapacity: true) }
        let visit = DeadlockProbe.Visit(initiator: probe.initiator, round: probe.round, holder: holder)
        guard probeVisits.insert(visit).inserted else { return }
        follow(probe, holder, needed(by: holder) ?? [])
    }

    /// Whether a hop's holder, which is of this shard, still waits for what it needs.
    private func needs(_ hop: DeadlockProbe.Hop) -> Bool { needed(by: hop.holder)?.contains(hop.needed) ?? false }

    private func confirm(_ probe: DeadlockProbe, _ hop: Int) {
        let id = probe.hops[hop].needed.id
        guard let record = record(of: id), holder(of: id, record) == probe.holder(after: hop) else { return }
        var probe = probe
        if hop + 1 < probe.hops.count {
            guard needs(probe.hops[hop + 1]) else { return }
            probe.phase = .confirming(hop + 1)
            return send(probe, toShardOf: probe.hops[hop + 1].needed.id)
        }
        guard let victim = probe.victim else { return }
        probe.phase = .found(victim)
        send(probe, toShardOf: probe.hops[victim].needed.id)
    }

    // MARK: The end

    /// Tells of a ring, and lets the wait fail that closes it. Others may have found the same ring, and come later.
    private func end(_ probe: DeadlockProbe, _ at: Int) {
        let hop = probe.hops[at]
        guard var record = record(of: hop.needed.id),
            hop.isJoined ? record.listeners.contains(hop.target) : record.status == .queued
        else { return }
        if !limits.failsDeadlocks {
            if toldDeadlocks.count >= Self.maxVisits { toldDeadlocks.removeAll() }
            guard toldDeadlocks.insert(hop.target).inserted else { return }
        }
        counters.deadlocks.add(1, ordering: .relaxed)
        observer.deadlockFound(probe, failing: limits.failsDeadlocks ? hop : nil)
        guard limits.failsDeadlocks else { return }
        guard hop.isJoined else {
            return cancelUnstarted(
                hop.needed.id, record,
                .deadlock(
                    service: record.service, handler: record.handler, key: record.key, holding: probe.holder(after: at))
            )
        }
        // What is joined is somebody else's, and goes on.
        record.listeners.removeAll { $0 == hop.target }
        putRecord(hop.needed.id, record)
        answer(
            hop.target,
            .failure(
                .deadlock(service: record.service, handler: record.handler, key: record.key, joined: hop.needed.id)))
    }
}

extension TerminalError {
    /// A call that would wait for ever.
    static func deadlock(service: String, handler: String, key: [UInt8], holding: InvocationID) -> TerminalError {
        TerminalError(
            "deadlock: \(service)/\(handler) of key '\(ObjectKey(key))' waits for \(holding), which waits for this call; send instead of calling, or use a shared handler",
            code: conflict)
    }

    /// A wait for the result of an invocation that, through others, waits for this one.
    static func deadlock(service: String, handler: String, key: [UInt8], joined: InvocationID) -> TerminalError {
        TerminalError(
            "deadlock: \(service)/\(handler) of key '\(ObjectKey(key))' (\(joined)), whose result is waited for here, waits for this invocation; do not wait for it, or not without a timeout",
            code: conflict)
    }
}
