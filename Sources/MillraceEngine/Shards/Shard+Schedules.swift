import Millrace
import MillraceSchedule
import MillraceStore
import Synchronization

/// Schedules. A tick and the invocation that it starts are in one batch with the schedule's new position, so that each tick is
/// taken once.
extension Shard {
    /// Reads how far the schedules had got.
    func recoverSchedules(_ prefix: [UInt8]) throws(StoreError) {
        let lower = prefix + [ScheduleRow.name]
        for row in try store.scan(.meta, from: lower, to: prefix + [ScheduleRow.name + 1]) {
            let name = String(decoding: row.key[lower.count...], as: UTF8.self)
            guard let at = schedules.entries.firstIndex(where: { $0.schedule.definition.name == name }) else {
                schedules.removed.append(name)
                continue
            }
            guard let stored = ScheduleRow(row.value) else {
                throw .damaged(directory: "", reason: "the row of the schedule '\(name)' cannot be read")
            }
            schedules.entries[at].row = stored
        }
        nextTick = schedules.nextDue
    }

    /// Takes the ticks that are due.
    func fireSchedules() {
        guard let due = nextTick, due <= now else { return }
        if !schedules.isStarted { startSchedules() }
        for at in schedules.entries.indices {
            if let next = schedules.entries[at].next, next <= now { fire(at) }
        }
        nextTick = schedules.nextDue
    }

    /// What the first turn does: new schedules begin, changed ones leave out what lies behind, removed ones are forgotten.
    private func startSchedules() {
        schedules.isStarted = true
        for name in schedules.removed {
            unsafe ScheduleRow.key(shard: index, schedule: name).withUnsafeBytes { unsafe store.delete(.meta, $0) }
            observer.schedule(ScheduleEvent(schedule: name, kind: .removed, nextMilliseconds: nil))
        }
        schedules.removed = []
        for at in schedules.entries.indices {
            let timing = schedules.entries[at].schedule.definition.timing.description
            var kind = ScheduleEvent.Kind.resumed
            if let row = schedules.entries[at].row {
                if row.timing != timing {
                    kind = .changed
                    // A position that lies ahead stays: the clock was put back, and its ticks have been taken.
                    setPosition(of: at, max(row.position, now))
                }
            } else {
                kind = .new
                setPosition(of: at, now)
            }
            computeNext(at)
            observer.schedule(
                ScheduleEvent(
                    schedule: schedules.entries[at].schedule.definition.name, kind: kind,
                    nextMilliseconds: schedules.entries[at].next))
        }
    }

    /// Takes no tick any more.
    func stopSchedules() {
        for at in schedules.entries.indices { schedules.entries[at].next = nil }
        nextTick = nil
    }

    private func setPosition(of at: Int, _ position: Int64) {
        let definition = schedules.entries[at].schedule.definition
        let row = ScheduleRow(position: position, timing: definition.timing.description)
        schedules.entries[at].row = row
        unsafe ScheduleRow.key(shard: index, schedule: definition.name).withUnsafeBytes { key in
            unsafe row.bytes.withUnsafeBytes { unsafe store.put(.meta, key, $0) }
        }
    }

    private func computeNext(_ at: Int) {
        let schedule = schedules.entries[at].schedule
        let next = schedules.entries[at].row.flatMap { schedule.definition.timing.next(after: $0.position) }
        schedules.entries[at].next = next
        schedule.counters.next.store(next ?? -1, ordering: .relaxed)
    }

    private func fire(_ at: Int) {
        let schedule = schedules.entries[at].schedule
        let policy = schedule.definition.catchUp
        guard let position = schedules.entries[at].row?.position,
            let due = schedule.definition.timing.due(
                after: position, through: now, latest: policy == .all ? CatchUpPolicy.maxTicks : 1),
            let last = due.latest.last
        else { return computeNext(at) }
        let isOnTime = now - last <= CatchUpPolicy.graceMilliseconds
        let ticks = policy == .none && !isOnTime ? [] : due.latest
        setPosition(of: at, last)
        computeNext(at)
        schedule.counters.fired.add(UInt64(ticks.count), ordering: .relaxed)
        schedule.counters.missed.add(UInt64(due.count - ticks.count), ordering: .relaxed)
        for tick in ticks { invoke(schedule, tick) }
        let missed = isOnTime ? due.count - 1 : due.count
        guard missed > 0 else { return }
        let lastMissed = isOnTime ? schedule.definition.timing.last(after: position, through: last - 1) : last
        observer.schedule(
            ScheduleEvent(
                schedule: schedule.definition.name,
                kind: .missed(
                    ScheduleEvent.Missed(
                        first: due.first, last: lastMissed ?? due.first, count: missed, hasMore: due.hasMore,
                        madeUp: isOnTime ? ticks.count - 1 : ticks.count)),
                nextMilliseconds: schedules.entries[at].next))
    }

    private func invoke(_ schedule: ShardSchedules.Schedule, _ tick: Int64) {
        let definition = schedule.definition
        let target = HandlerTarget(
            service: schedule.handler.service, handler: schedule.handler.name, key: definition.key(ofTick: tick),
            headers: ScheduleTick(schedule: definition.name, milliseconds: tick).headers)
        let invocation = unsafe definition.payload.withUnsafeBytes {
            unsafe makeInvocation(schedule.handler, target, payload: $0, delayMilliseconds: 0, now: now)
        }
        let shard = shard(of: invocation.id)
        if shard == index { accept(invocation) } else { outgoing.send(.invoke(invocation), to: shard) }
    }
}
