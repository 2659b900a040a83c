import Millrace
import MillraceEngine
import MillraceSchedule

/// Compares what the disk and the output hold with what the workload asked for.
struct Auditor {
    private let environment: SimulatedEnvironment
    private let state: DurableState
    /// All that was ever appended, by target: what was flushed, then what the state holds.
    private var lists: [Target: [String]]
    private var emitted: [String: Int] = [:]
    private var placeOf: [String: (target: Target, at: Int)] = [:]
    private(set) var problems: [String] = []

    private var commands: [String: Command] { environment.workload.commands }

    init(_ environment: SimulatedEnvironment, _ state: DurableState) {
        self.environment = environment
        self.state = state
        lists = [:]
        readOutput()
        for (target, entries) in state.lists { lists[target, default: []] += entries }
        for (target, entries) in lists {
            for (at, entry) in entries.enumerated() where placeOf[entry] == nil { placeOf[entry] = (target, at) }
        }
    }

    private mutating func readOutput() {
        for (shard, sequence, record) in environment.output.inOrder {
            let value = record.value ?? ""
            switch record.topic {
            case "flushed":
                let parts = (record.key ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    problems.append("\(shard)/\(sequence) has the key \(record.key ?? "-")")
                    continue
                }
                lists[Target(service: String(parts[0]), key: String(parts[1])), default: []] +=
                    value.split(separator: " ").map(String.init)
            case "relayed": lists[Target(service: AuditedServices.relay, key: ""), default: []].append(value)
            default:
                emitted[value, default: 0] += 1
                let of = record.headers.first?.value.map { String(decoding: $0, as: UTF8.self) }
                if emitted[value] ?? 0 > 1 {
                    problems.append("\(value) was emitted twice, the second time as \(shard)/\(sequence)")
                }
                if !value.hasPrefix("\(of ?? "?")/") || record.key != commands[of ?? ""]?.target.key {
                    problems.append(
                        "\(shard)/\(sequence) has value \(value), key \(record.key ?? "-") and is of \(of ?? "-")")
                }
            }
        }
    }

    /// What must hold at every moment at which the process may have died: nothing twice, nothing in a wrong place or order,
    /// nothing without its cause.
    mutating func auditCrash() {
        auditPlaces()
        auditOrder()
        auditCauses()
        auditTicks()
    }

    /// What must hold in the end, when nothing is left to do.
    mutating func auditEnd(stopped: [SimulatedLog.Place: Int64]) {
        auditPlaces()
        auditOrder()
        auditCancellations()
        auditTicks()
        for root in environment.workload.roots { auditRoot(root, stopped) }
        let undone = state.timers
        if !undone.isEmpty { problems.append("timers are left over: \(undone)") }
    }

    // MARK: At any time

    private mutating func auditPlaces() {
        for (target, entries) in lists {
            var seen = Set<String>()
            for entry in entries {
                if !seen.insert(entry).inserted { problems.append("\(target) has \(entry) twice: \(entries)") }
                guard !entry.hasPrefix("x:"), !entry.hasPrefix("z:") else { continue }
                guard let command = commands[entry] else {
                    problems.append("\(target) has \(entry), which nobody asked for")
                    continue
                }
                if command.target != target {
                    problems.append("\(target) has \(entry), which is for \(command.target)")
                }
                if command.isDoomed, !command.keepsEffectsOfFailure {
                    problems.append("\(target) has \(entry), of which no attempt ever succeeded")
                }
            }
        }
        var queued = Set<String>()
        for entry in state.queued {
            if !queued.insert(entry.id).inserted { problems.append("\(entry.id) is queued twice") }
            // What waits after its effects has them, and is still the head of its queue.
            if placeOf[entry.id] != nil, commands[entry.id]?.waitsAfter == 0 {
                problems.append("\(entry.id) is applied, and queued")
            }
        }
        for id in state.timers {
            if queued.contains(id) { problems.append("\(id) is queued, and its timer is there") }
            if placeOf[id] != nil { problems.append("\(id) is applied, and its timer is there") }
        }
    }

    private mutating func auditOrder() {
        for (target, entries) in lists where target.service != AuditedServices.relay {
            // Records of one partition.
            var last: [Substring: Int] = [:]
            for entry in entries where !entry.contains("/") && !entry.contains(":") {
                let parts = entry.split(separator: ".")
                guard parts.count == 2, let number = Int(parts[1]) else { continue }
                if number <= last[parts[0]] ?? -1 {
                    problems.append("\(target) has \(entry) after \(parts[0]).\(last[parts[0]] ?? -1)")
                }
                last[parts[0]] = number
            }
            // What one key sent to another, at once.
            var lastSent: [Target: (order: (Int, Int), id: String)] = [:]
            for entry in entries {
                guard let (parent, effect) = Self.parent(of: entry), commands[entry]?.delayMilliseconds == 0,
                    let (sender, at) = placeOf[parent], sender.service != AuditedServices.relay
                else { continue }
                if let before = lastSent[sender], (at, effect) < before.order {
                    problems.append("\(target) has \(entry) after \(before.id), which \(sender) sent later")
                }
                lastSent[sender] = ((at, effect), entry)
            }
        }
    }

    /// The command whose effect another one is, and the effect's number.
    private static func parent(of id: String) -> (id: String, effect: Int)? {
        guard let slash = id.lastIndex(of: "/"), let effect = Int(id[id.index(after: slash)...]) else { return nil }
        return (String(id[..<slash]), effect)
    }

    /// Whether a command's entry shows as soon as it is durable: not where it may have been flushed, or is only emitted.
    private func isVisible(_ id: String) -> Bool { commands[id]?.target.service == AuditedServices.ledger }

    private mutating func auditCauses() {
        for id in emitted.keys {
            guard let slash = id.lastIndex(of: "/") else { continue }
            let parent = String(id[..<slash])
            if isVisible(parent), placeOf[parent] == nil {
                problems.append("\(id) was emitted, and \(parent) is not applied")
            }
        }
        for id in placeOf.keys.sorted() + state.queued.map(\.id) + state.timers {
            guard commands[id] != nil, let (parent, _) = Self.parent(of: id), isVisible(parent) else { continue }
            if placeOf[parent] == nil {
                problems.append("\(id) is there, and \(parent), which sends it, is not applied")
            }
        }
    }

    /// Each schedule's ticks, from its first on, without gaps and in order.
    private mutating func auditTicks() {
        for schedule in environment.plan.schedules {
            guard let ticks = state.ticks[schedule.name], let first = ticks.first else { continue }
            var expected = first
            for tick in ticks {
                guard tick == expected else {
                    problems.append("\(schedule.name) has the tick \(tick), and should have \(expected): \(ticks)")
                    break
                }
                expected = schedule.timing.next(after: tick) ?? -1
            }
        }
    }

    // MARK: In the end

    /// Whether the last tick is the one before the next, for schedules that stand still.
    mutating func auditLastTicks(next: [String: Int64]) {
        for schedule in environment.plan.schedules {
            guard let last = state.ticks[schedule.name]?.last, let next = next[schedule.name] else { continue }
            if schedule.timing.next(after: last) != next {
                problems.append("\(schedule.name) ticks next at \(next), and the last tick that is there is \(last)")
            }
        }
    }

    private mutating func auditRoot(_ id: String, _ stopped: [SimulatedLog.Place: Int64]) {
        if placeOf[id] == nil, !state.queued.contains(where: { $0.id == id }) {
            if environment.log.losable.contains(id) { return }
            if let (place, offset) = environment.log.offsets[id], let end = stopped[place], offset >= end { return }
        }
        let service = commands[id]?.target.service
        let at = environment.plan.topics.firstIndex { $0.service == service } ?? 0
        audit(id, isSent: true, end: environment.plan.ends[at])
    }

    private mutating func audit(_ id: String, isSent: Bool, end: ErrorPolicy.End) {
        guard let command = commands[id] else { return }
        let isApplied = placeOf[id] != nil
        let queued = state.queued.first { $0.id == id }
        if !isSent {
            if isApplied || queued != nil { problems.append("\(id) is there, and was never sent") }
        } else if command.isDoomed {
            // A doomed one may also stand behind another one that is parked.
            if end == .skip, queued != nil, !isBehindParked(id, queued) {
                problems.append("\(id) is queued, and should be skipped")
            }
            // What was sent, and fails for good, is over: there is no record to be parked.
            let isOver = command.failure == .terminally && Self.parent(of: id) != nil
            if isOver, queued != nil, !isBehindParked(id, queued) {
                problems.append("\(id) is queued, and should have ended")
            }
            if end != .skip, !isOver, queued == nil, !mayBeCancelled(command) {
                problems.append("\(id) should be parked, and is gone")
            }
        } else if !isApplied {
            if queued == nil {
                if !mayBeCancelled(command) { problems.append("\(id) for \(command.target) is lost") }
            } else if !isBehindParked(id, queued) {
                problems.append("\(id) for \(command.target) is queued, and nothing is before it")
            }
        }
        var cancelledHere = Set<String>()
        for effect in command.effects {
            switch effect {
            case .send(let child): audit(child, isSent: isApplied, end: environment.plan.defaultEnd)
            case .later(let child, _, _): audit(child, isSent: isApplied, end: environment.plan.defaultEnd)
            case .cancel(let cancelled, let notice):
                let isCancelled = (lists[command.target] ?? []).contains { $0.hasPrefix("x:\(cancelled)@") }
                // Of two in one command only the first finds what it cancels.
                let isByThis =
                    isApplied && isCancelled && self.isCancelled(cancelled, by: command)
                    && cancelledHere.insert(cancelled).inserted
                if isByThis { audit(notice, isSent: true, end: environment.plan.defaultEnd) }
            case .emit(let value):
                if isApplied != (emitted[value] != nil) {
                    problems.append(
                        "\(value) is \(isApplied ? "not " : "")emitted, and \(id) is \(isApplied ? "" : "not ")applied")
                }
            }
        }
    }

    /// Whether it was this command that cancelled: its entry comes right after the command's own.
    private func isCancelled(_ cancelled: String, by command: Command) -> Bool {
        guard let (target, at) = placeOf[command.id], let entries = lists[target] else { return false }
        return entries[(at + 1)...].prefix { $0.hasPrefix("x:") || $0.hasPrefix("z:") }.contains {
            $0.hasPrefix("x:\(cancelled)@")
        }
    }

    /// The command that made an entry which is about a cancellation: its own entry comes before.
    private func cause(of at: Int, in target: Target) -> String {
        (lists[target] ?? [])[..<at].last { !$0.hasPrefix("x:") && !$0.hasPrefix("z:") } ?? ""
    }

    private func isBehindParked(_ id: String, _ queued: DurableState.Queued?) -> Bool {
        guard let queued else { return false }
        // Rows come in the queue's order: the head is the first of its queue.
        guard let head = state.queued.first(where: { $0.queue == queued.queue }), head.id != id else { return false }
        return commands[head.id]?.isDoomed ?? false
    }

    private func mayBeCancelled(_ command: Command) -> Bool {
        command.delayMilliseconds > 0 && placeOf.keys.contains { $0.hasPrefix("x:\(command.id)@") }
    }

    /// What was cancelled in time must not have run.
    private mutating func auditCancellations() {
        for (entry, (canceller, at)) in placeOf where entry.hasPrefix("x:") {
            let parts = entry.dropFirst(2).split(separator: "@")
            let times = (parts.last ?? "").split(separator: ",").compactMap { Int64($0) }
            guard parts.count == 2, times.count == 2, let command = commands[String(parts[0])] else {
                problems.append("\(canceller) has \(entry)")
                continue
            }
            guard placeOf[command.id] != nil || state.queued.contains(where: { $0.id == command.id }) else { continue }
            let due = times[1]
            // What a handler does takes effect when it has finished: one that waited may have been too late.
            let isAtOnce = commands[cause(of: at, in: canceller)]?.waitsAfter == 0
            if times[0] < due, canceller == command.target, isAtOnce {
                problems.append("\(command.id) runs, and was cancelled by its own key before it was due: \(entry)")
            }
            let notices = (lists[command.target] ?? []).filter { $0.hasPrefix("z:\(command.id)@") }
            for notice in notices where Int64(notice.split(separator: "@").last ?? "") ?? due < due {
                problems.append(
                    "\(command.id) runs, and its target knew of its cancellation before it was due: \(notice)")
            }
        }
    }
}
