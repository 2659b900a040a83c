import Millrace
import MillraceEngine

/// What is kept for a time, and then gone: journals and results of invocations that have ended, and state that does not last.
extension ScriptAuditor {
    // MARK: Journals

    private func journalMilliseconds(_ id: InvocationID) -> Int64 {
        let retention = world.plan.journalRetention
        return (id.isDerived ? min(retention, world.plan.resultRetention) : retention).wholeMilliseconds
    }

    /// When an invocation has ended, as far as that has not been lost, and that it has surely waited, so that it has a journal.
    private func endOfWaiting(_ script: Script) -> (id: InvocationID, endedAt: Int64)? {
        guard let id = world.invocations[script.id], let endedAt = world.endedAt[id],
            world.observations.commit(id, "end") != nil, !world.people.isPurged(script.id)
        else { return nil }
        let hasSlept = script.operations.enumerated().contains { number, operation in
            guard case .sleep = operation else { return false }
            return world.observations.value(id, "\(number)") != nil
        }
        return hasSlept ? (id, endedAt) : nil
    }

    /// A journal is there, as a whole, until its time is over.
    mutating func auditKeptJournals(_ rows: ScriptRows) {
        for script in world.scripts.values.sorted(by: { $0.id < $1.id }) {
            guard let (id, endedAt) = endOfWaiting(script), environment.now < endedAt + journalMilliseconds(id) else {
                continue
            }
            guard let record = rows.records[id], record.status == .completed, record.chunks > 0 else {
                problems.append("\(script.id) has ended at \(endedAt), and its journal is not kept")
                continue
            }
            environment.cover(.journalKept)
            if rows.chunks[id] ?? 0 != record.chunks {
                problems.append("\(script.id) has \(rows.chunks[id] ?? 0) of \(record.chunks) parts of its journal")
            }
            if record.endedMilliseconds != endedAt {
                problems.append(
                    "\(script.id) has ended at \(endedAt), and is said to have at \(record.endedMilliseconds)")
            }
        }
    }

    /// And then it is gone, its result, too, where it was kept for the journal only.
    mutating func auditGoneJournals(_ rows: ScriptRows) {
        for (id, record) in rows.records.sorted(by: { $0.value.endedMilliseconds < $1.value.endedMilliseconds }) {
            let isOver = environment.now >= record.endedMilliseconds + journalMilliseconds(id)
            guard record.status == .completed, isOver else { continue }
            let name = world.scriptOf[id] ?? "\(id)"
            if record.chunks > 0 { problems.append("the journal of \(name) is kept for longer than it should be") }
            if !id.isDerived { problems.append("the result of \(name) is kept for longer than its journal should be") }
            if id.isDerived, journalMilliseconds(id) > 0 { environment.cover(.journalBeforeResult) }
        }
        guard world.plan.journalRetention > .zero else { return }
        for script in world.scripts.values {
            guard let (id, endedAt) = endOfWaiting(script) else { continue }
            if environment.now >= endedAt + journalMilliseconds(id), rows.chunks[id] == nil {
                environment.cover(.journalGone)
            }
        }
    }

    // MARK: State that does not last

    /// A list that does not last is there until its time is over, and gone a sixty-fourth of that later.
    mutating func auditExpiringLists(_ rows: ScriptRows) {
        let life = world.plan.stateLife.wholeMilliseconds
        let rounding = max(1, life / 64)
        for target in Set(byTarget.keys).union(rows.expiring.keys).sorted(by: { "\($0)" < "\($1)" }) {
            var list: [String] = []
            var changedAt = (Int64.min / 2)...(Int64.min / 2)
            for note in byTarget[target] ?? [] {
                let operations = world.known(note.script).operations
                guard let number = Int(note.label), number < operations.count, let seen = Int(note.seen),
                    case .expiringState = operations[number]
                else { continue }
                let entry = "\(note.script)#\(number)"
                guard let time = world.observedAt[entry] else {
                    problems.append("\(entry) was noted, and not seen")
                    continue
                }
                let mayBeThere = time.lowerBound < changedAt.upperBound + life + rounding
                let mustBeThere = time.upperBound < changedAt.lowerBound + life
                if !list.isEmpty, seen == 0 { environment.cover(.stateExpired) }
                if seen > 0 { environment.cover(.stateLasted) }
                if seen == 0 ? mustBeThere && !list.isEmpty : !mayBeThere || seen != list.count {
                    problems.append(
                        "\(entry) of \(target) found \(seen) entries at \(time), where \(list.count) had last changed at \(changedAt)"
                    )
                }
                if seen == 0 { list = [] }
                list.append(entry)
                changedAt = time
            }
            let found = rows.expiring[target] ?? []
            if environment.now < changedAt.lowerBound + life, found != list {
                problems.append("\(target) has \(found) for a while, where \(list) was noted")
            }
            if environment.now >= changedAt.upperBound + life + rounding, !found.isEmpty {
                problems.append("\(target) still has \(found), last changed at \(changedAt)")
            }
        }
    }
}
