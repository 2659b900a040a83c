import Millrace

/// Compares what scripts have noted, in the output, and what the disk holds with what must be.
struct ScriptAuditor {
    struct Note {
        let script: String
        let label: String
        let seen: String
    }

    let environment: SimulatedEnvironment
    let world: ScriptedWorld
    /// The notes of each script, and of each object, in their order.
    private var byScript: [String: [Note]] = [:]
    private(set) var byTarget: [Target: [Note]] = [:]
    var problems: [String] = []

    init(_ environment: SimulatedEnvironment, _ world: ScriptedWorld) {
        self.environment = environment
        self.world = world
        for (shard, sequence, record) in environment.output.inOrder {
            let value = record.value ?? ""
            guard record.topic == Performance.topic, let hash = value.firstIndex(of: "#"),
                let equals = value[hash...].firstIndex(of: "="), let script = world.scripts[String(value[..<hash])],
                record.key == "\(script.target)"
            else {
                problems.append("\(shard)/\(sequence) is \(value) of \(record.key ?? "-")")
                continue
            }
            let note = Note(
                script: script.id, label: String(value[value.index(after: hash)..<equals]),
                seen: String(value[value.index(after: equals)...]))
            byScript[script.id, default: []].append(note)
            byTarget[script.target, default: []].append(note)
        }
    }

    /// What must hold at every moment at which the process may have died.
    mutating func auditCrash(_ rows: ScriptRows) {
        auditOrder()
        auditKeys()
        auditResults()
        auditPromises()
        auditKeptJournals(rows)
    }

    /// What must hold when nothing is left to do.
    ///
    /// - Parameter roots: scripts of records, none of which can have been lost.
    mutating func auditRest(roots: [String], _ rows: ScriptRows, isOver: Bool) {
        auditCrash(rows)
        for script in roots where !isEnded(script) && !mayBeUnended(world.known(script)) {
            problems.append("\(script) is of a record, and has not ended")
        }
        for script in world.scripts.values.sorted(by: { $0.id < $1.id }) { auditEnd(script) }
        auditAnswers()
        auditLists(rows, isOver: isOver)
        auditExpiringLists(rows)
        auditGoneJournals(rows)
        problems += rows.left.map { "\($0) is left over" }
        if isOver { problems += rows.kept.map { "\($0) is kept for ever" } }
    }

    // MARK: At any time

    /// Effects come once and in order: a script's notes are those of its operations, then those of its undoing, then its end.
    private mutating func auditOrder() {
        for (id, notes) in byScript.sorted(by: { $0.key < $1.key }) {
            let labels = notes.map(\.label)
            // Who is started anew begins from the front.
            var left = world.people.restarts[id] ?? 0
            var next = 0
            var isUndoing = false
            var isOver = false
            var seen = Set<String>()
            for label in labels {
                if left > 0, !seen.isEmpty, label == "0" || label == "undo" && seen.contains(label) {
                    left -= 1
                    next = 0
                    isUndoing = false
                    isOver = false
                    seen = []
                }
                let isRight: Bool =
                    if isOver || !seen.insert(label).inserted {
                        false
                    } else if let number = Int(label) {
                        !isUndoing && number == next
                    } else if label == "undo" {
                        !isUndoing
                    } else if label == "end" {
                        isUndoing || next == world.known(id).operations.count
                    } else {
                        isUndoing
                    }
                guard isRight else {
                    problems.append("\(id) has noted \(labels)")
                    break
                }
                if Int(label) != nil { next += 1 }
                if label == "undo" { isUndoing = true }
                if label == "end" { isOver = true }
            }
        }
    }

    /// Whoever has a key keeps it until it ends.
    private mutating func auditKeys() {
        for (target, notes) in byTarget.sorted(by: { "\($0.key)" < "\($1.key)" })
        where ScriptedServices.exclusive.contains(target.service) {
            var finished = Set<String>()
            var holder: String?
            for note in notes where world.known(note.script).isExclusive && note.script != holder {
                if finished.contains(note.script) {
                    problems.append("\(note.script) goes on at \(note.label) when \(holder ?? "?") has its key")
                }
                if let holder { finished.insert(holder) }
                holder = note.script
            }
        }
    }

    private func result(of script: String) -> String? { byScript[script]?.last { $0.label == "end" }?.seen }

    /// Failures that are no result of the handler's: whoever gets one of them need not find it noted.
    private static func isForeign(_ seen: String) -> Bool {
        seen == "!409 canceled" || seen == "!409 killed" || seen.hasPrefix("!404")
            || seen.contains(SimulatedScriptFailure.mark) || seen.contains(ScriptedWorld.givenUp)
            || seen.contains("already invoked")
    }

    /// A result reaches whoever waits for it as the callee gave it.
    private mutating func auditResults() {
        for (id, notes) in byScript.sorted(by: { $0.key < $1.key }) {
            let script = world.known(id)
            for note in notes {
                guard let number = Int(note.label), number < script.operations.count else { continue }
                switch script.operations[number] {
                case .call(let other, _), .sendAndAttach(let other), .attach(let other), .output(let other):
                    compare(note.seen, with: other, of: note)
                case .callItself:
                    if note.seen != "deadlock", note.seen != "!409 canceled" {
                        problems.append("\(id) called itself, and got \(note.seen)")
                    }
                default: break
                }
            }
        }
    }

    private mutating func compare(_ seen: String, with other: String, of note: Note) {
        guard seen != "-", !Self.isForeign(seen), let result = result(of: other), world.people.restarts[other] == nil
        else { return }
        if seen != result {
            problems.append("\(note.script) got '\(seen)' of \(other) at \(note.label), which came to '\(result)'")
        }
    }

    /// A promise is completed once, and all see the same.
    private mutating func auditPromises() {
        struct Promise: Hashable {
            let key: String
            let name: String
        }
        var completed: [Promise: [String]] = [:]
        var seen: [Promise: [String: String]] = [:]
        for (id, notes) in byScript.sorted(by: { $0.key < $1.key }) {
            let script = world.known(id)
            for note in notes {
                guard let number = Int(note.label), number < script.operations.count else { continue }
                switch script.operations[number] {
                case .getPromise(let name), .peekPromise(let name):
                    guard note.seen != "-" else { continue }
                    seen[Promise(key: script.target.key, name: name), default: [:]][note.seen] = id
                case .resolvePromise(let name) where note.seen == "resolved":
                    completed[Promise(key: script.target.key, name: name), default: []].append("by \(id)")
                case .rejectPromise(let name) where note.seen == "rejected":
                    completed[Promise(key: script.target.key, name: name), default: []].append("!503 by \(id)")
                default: continue
                }
            }
        }
        for (promise, all) in completed where all.count > 1 {
            problems.append("promise \(promise.name) of \(promise.key) was completed \(all)")
        }
        for (promise, values) in seen {
            if values.count > 1 { problems.append("promise \(promise.name) of \(promise.key) was seen as \(values)") }
            if let first = completed[promise]?.first, let value = values.keys.first, value != first {
                problems.append(
                    "promise \(promise.name) of \(promise.key) was completed \(first), and seen as \(value)")
            }
        }
    }

    // MARK: In the end

    private func isEnded(_ script: String) -> Bool { result(of: script) != nil }

    /// Whether a script may be over without having ended by itself: killed, or cancelled before it began.
    private func mayBeUnended(_ script: Script) -> Bool {
        let people = world.people
        if people.killRequested.contains(script.id) || people.cancelledBeforeStart.contains(script.id) { return true }
        if people.cancelRequested.contains(script.id), !hasBegun(script.id) { return true }
        if script.handler == ScriptedServices.strict, environment.plan.scripts.onExhaustion == .kill { return true }
        if script.isShared { return wasCancelledBySomebody(script.id) }
        guard let parent = script.parent else { return false }
        let caller = world.known(parent.script)
        if script.isCalled, mayBeUnended(caller), !isEnded(caller.id) { return true }
        if hasBegun(script.id) { return false }
        // What has not begun is forgotten when it is cancelled.
        switch caller.operations[parent.operation] {
        case .sendAndCancel: return true
        case .call(_, let limit):
            return limit != nil || isUndone(caller.id) || wasDeadlocked(caller.id, parent.operation)
        case .callItself: return true
        case .combine: return isUndone(caller.id)
        default: return false
        }
    }

    private func wasDeadlocked(_ script: String, _ operation: Int) -> Bool {
        byScript[script]?.contains { $0.label == "\(operation)" && $0.seen.hasPrefix(Performance.deadlock) } ?? false
    }

    private func hasBegun(_ script: String) -> Bool { byScript[script] != nil }

    private func isUndone(_ script: String) -> Bool { byScript[script]?.contains { $0.label == "undo" } ?? false }

    /// Whether one of those who have called a shared script has been cancelled or killed, and it with its caller.
    private func wasCancelledBySomebody(_ id: String) -> Bool {
        world.scripts.values.contains { script in
            script.operations.contains { operation in
                if case .call(id, _) = operation {
                    isUndone(script.id) || mayBeUnended(script) && !isEnded(script.id)
                } else {
                    false
                }
            }
        }
    }

    /// What a script has started must have ended, and nothing else may have begun.
    private mutating func auditEnd(_ script: Script) {
        if hasBegun(script.id), !isEnded(script.id), !mayBeUnended(script) {
            problems.append("\(script.id) has begun, and has not ended: \(byScript[script.id]?.map(\.label) ?? [])")
        }
        let done = Set((byScript[script.id] ?? []).map(\.label))
        for (number, operation) in script.operations.enumerated() {
            let isDone = done.contains("\(number)")
            switch operation {
            case .send(let other, _), .sendAndAttach(let other), .call(let other, _):
                if isDone, !isEnded(other), !mayBeUnended(world.known(other)), !isForeign(script.id, number) {
                    problems.append("\(script.id) has started \(other), which is lost")
                }
            default: break
            }
            if case .call(let other, _) = operation, wasDeadlocked(script.id, number), hasBegun(other) {
                problems.append("\(other) runs, and \(script.id) was told that it cannot")
            }
            guard !isDone else { continue }
            switch operation {
            case .send(let other, _), .sendAndCancel(let other, _):
                let child = world.known(other)
                if !child.isShared, hasBegun(other) {
                    problems.append("\(other) runs, and \(script.id) has not sent it")
                }
            default: break
            }
        }
    }

    private func isForeign(_ script: String, _ operation: Int) -> Bool {
        byScript[script]?.contains { $0.label == "\(operation)" && Self.isForeign($0.seen) } ?? false
    }

    /// What was told outside is what scripts came to.
    private mutating func auditAnswers() {
        for (script, answers) in world.people.answers.sorted(by: { $0.key < $1.key }) {
            guard let answer = answers.first, !Self.isForeign(answer), world.people.restarts[script] == nil else {
                continue
            }
            if result(of: script) != answer {
                problems.append(
                    "somebody was told '\(answer)' of \(script), which came to \(result(of: script) ?? "-")")
            }
        }
    }

    /// Each object's list is what its scripts have noted, at the places that they saw.
    private mutating func auditLists(_ rows: ScriptRows, isOver: Bool) {
        var lists: [Target: [Int: [String]]] = [:]
        for (id, notes) in byScript {
            let script = world.known(id)
            guard script.handler != ScriptedServices.look, script.target.service != ScriptedServices.courier else {
                continue
            }
            for note in notes {
                guard let number = Int(note.label), number < script.operations.count,
                    case .state = script.operations[number]
                else { continue }
                lists[script.target, default: [:]][Int(note.seen) ?? -1, default: []].append("\(id)#\(number)")
            }
        }
        for target in Set(lists.keys).union(rows.lists.keys).sorted(by: { "\($0)" < "\($1)" }) {
            if isOver, target.service == ScriptedServices.workflow { continue }
            let found = rows.lists[target] ?? []
            let noted = lists[target] ?? [:]
            for (place, entry) in found.enumerated() where noted[place] != [entry] {
                problems.append("\(target) has \(entry) at \(place), where \(noted[place] ?? []) was noted")
            }
            if noted.count != found.count { problems.append("\(target) has \(found), and \(noted) was noted") }
        }
    }
}
