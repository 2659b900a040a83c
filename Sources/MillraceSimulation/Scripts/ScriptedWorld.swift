import Millrace
import MillraceEngine

/// What scripts have around them: their text, what their steps do, those who complete what they wait for, and those who start,
/// stop and question them. No crash takes it away.
///
/// Used by the one thread of a simulation; that makes `@unchecked Sendable` true.
final class ScriptedWorld: @unchecked Sendable {
    unowned let environment: SimulatedEnvironment
    let plan: ScriptPlan
    let observations = Observations()
    private(set) lazy var services = ScriptedServices(world: self)
    private(set) lazy var people = People(environment, self)
    private(set) var scripts: [String: Script] = [:]
    /// Scripts by the ids of the records that name them.
    private var aliases: [String: String] = [:]
    /// The invocation that was last seen at a script.
    private(set) var invocations: [String: InvocationID] = [:]
    private(set) var scriptOf: [InvocationID: String] = [:]
    /// What scripts have told, in order.
    var tells: [Tell] = []
    /// All values that were ever sent to complete something.
    var sentValues: Set<String> = []
    /// The last commit before each value was sent that others see, in this life: completions, results of scripts and of steps.
    private var sentAfter: [String: UInt64] = [:]
    private(set) var healed: Set<String> = []
    /// Who holds up whom.
    var waitGraph = WaitGraph()
    /// Calls that have failed as deadlocks, and were some. A replay is told so once more, when the others have gone on.
    private var deadlocks: Set<String> = []
    /// When an invocation ended last.
    private(set) var endedAt: [InvocationID: Int64] = [:]
    /// When each operation came to what is known of it, by script and label: at one of several times, where a crash or a failure may have
    /// taken it back.
    private(set) var observedAt: [String: ClosedRange<Int64>] = [:]
    /// Runs of steps in this life that have not returned.
    private var stepRuns: [Int: StepRun] = [:]
    private var attemptOf: [InvocationID: Int] = [:]
    private var attempts: [String: Int] = [:]
    private var unique = 0
    /// The last commit of the living process, and the last durable one.
    var commits: () -> (latest: UInt64, durable: UInt64) = { (0, 0) }
    /// Who has begun in this life, and not failed or been stopped since.
    private var inMemory: Set<InvocationID> = []

    init(_ environment: SimulatedEnvironment, _ plan: ScriptPlan) {
        self.environment = environment
        self.plan = plan
    }

    func add(_ script: Script) { scripts[script.id] = script }
    func name(_ record: String, as script: String) { aliases[record] = script }

    func nextUnique() -> Int {
        unique += 1
        return unique
    }

    /// A script that is known to be there: they are all made before they are named.
    func known(_ id: String) -> Script {
        scripts[id] ?? Script(id: id, target: Target(service: "?", key: ""), handler: "?")
    }

    // MARK: Attempts

    func script(of payload: String, handler: String, key: String?) throws -> Script {
        let name = String(payload.prefix { $0 != " " })
        guard let script = scripts[aliases[name] ?? name] else {
            environment.violate("a handler got '\(payload)'")
            throw TerminalError("no script")
        }
        if script.handler != handler || key ?? "" != script.target.key {
            environment.violate(
                "\(script.id) is for \(script.target) \(script.handler), and came to \(handler) of \(key ?? "-")")
        }
        return script
    }

    /// Returns the number of the attempt.
    func begin(_ script: Script, _ id: InvocationID) -> Int {
        environment.trace("  \(script.target) \(script.handler) runs \(script.id) as \(id)")
        environment.attempts[script.id, default: 0] += 1
        if let other = scriptOf[id], other != script.id, observations.isKnown(id) {
            environment.violate("\(id) was \(other), and is \(script.id) now")
        }
        if observations.isKnown(id) {
            environment.cover(inMemory.contains(id) ? .released : .replay)
            if !people.hasBegunInThisLife(id) { environment.cover(.replayAfterCrash) }
        }
        if let result = people.finalResult(of: script), people.mayNotRunAgain(script) {
            environment.violate("\(script.id) runs, and its result has been told: \(result)")
        }
        _ = observations.note(id, "begun", script.id, isKept: true)
        invocations[script.id] = id
        scriptOf[id] = script.id
        inMemory.insert(id)
        waitGraph.holds(script)
        people.begun(script, id)
        attemptOf[id] = nextUnique()
        return attemptOf[id] ?? 0
    }

    func failWherePlanned(_ script: Script, _ at: Int, _ id: InvocationID) throws {
        if let doomedAt = script.doomedAt, at == doomedAt, !healed.contains(script.id) {
            failed(id)
            throw SimulatedScriptFailure(script: script.id)
        }
        guard let planned = script.failures[at] else { return }
        let place = "\(script.id)#\(at)"
        attempts[place, default: 0] += 1
        guard attempts[place] ?? 0 <= planned else { return }
        failed(id)
        throw SimulatedScriptFailure(script: script.id)
    }

    private func failed(_ id: InvocationID) {
        environment.cover(.failedAttempt)
        observations.takeBack(id)
        inMemory.remove(id)
    }

    /// Whether the invocation's memory was taken for a reason that is no release.
    func stopped(_ id: InvocationID) { inMemory.remove(id) }

    func heal(_ script: String) { healed.insert(script) }

    func observe(_ script: Script, _ id: InvocationID, _ label: String, _ seen: String) {
        environment.trace("    \(script.id)#\(label): \(seen)")
        if let reason = people.reasonNotToRun(id) {
            environment.violate("\(script.id) goes on at \(label), and \(reason)")
        }
        guard !people.isBeingRestarted(id) else { return }
        cover(result: seen)
        if !observations.has(id, label) {
            let place = "\(script.id)#\(label)"
            observedAt[place] = (observedAt[place]?.lowerBound ?? environment.now)...environment.now
        }
        if let before = observations.note(id, label, seen, sentAfter: lastSent(in: seen)) {
            environment.violate("\(script.id) saw '\(before)' at \(label), and now '\(seen)'")
        }
    }

    /// A value is on its way to those who wait for it: with the next commit at the earliest.
    func send(_ value: String) { sentAfter[value] = commits().latest }

    /// When the last of the values was sent that a handler has seen, alone or in a combination.
    private func lastSent(in seen: String) -> UInt64? {
        seen.split(separator: ",").compactMap { part in
            // In a combination a branch's number comes first.
            sentAfter[String(part)]
                ?? part.firstIndex(of: " ").flatMap { sentAfter[String(part[part.index(after: $0)...])] }
        }.max()
    }

    /// Notes what kind of a result somebody got.
    func cover(result: String) {
        if result == "!409 canceled" { environment.cover(.cancelBeforeStart) }
        if result.hasPrefix("!500"), result.contains(SimulatedScriptFailure.mark) {
            environment.cover(.exhaustedKilled)
        }
    }

    func end(_ script: Script, _ id: InvocationID, _ result: String) {
        inMemory.remove(id)
        waitGraph.ended(script)
        endedAt[id] = environment.now
        send(result)
    }

    // MARK: Steps

    /// A run of a step's function.
    private struct StepRun {
        let script: Script
        let id: InvocationID
        let label: String
        let since: Int64
    }

    /// A step's function.
    ///
    /// - Parameter attempt: of the handler, by its number.
    func runStep(
        _ plan: Script.Step, _ script: Script, _ id: InvocationID, _ label: String, attempt: Int
    ) async throws -> String {
        environment.cover(.step)
        environment.trace("    \(script.id) runs step '\(label)'")
        if let result = observations.value(id, "step \(label)"), !people.isBeingRestarted(id) {
            environment.violate("step '\(label)' of \(script.id) runs, and its result was '\(result)'")
        }
        checkDurability(script, id, label)
        let run = nextUnique()
        stepRuns[run] = StepRun(script: script, id: id, label: label, since: environment.now)
        defer { stepRuns[run] = nil }
        let place = "\(script.id)#step \(label)"
        if plan.hangs > 0 {
            attempts["\(place) hangs", default: 0] += 1
            if attempts["\(place) hangs"] ?? 0 <= plan.hangs { try await environment.gates.hang() }
        }
        if plan.waits {
            environment.cover(.stepWaits)
            try await wait("\(script.id)#\(label)")
        }
        attempts[place, default: 0] += 1
        if attempts[place] ?? 0 <= plan.failures {
            environment.cover(.stepFailed)
            // The attempt may have been given up since, and what it saw is another one's.
            if plan.policy == nil, attemptOf[id] == attempt { failed(id) }
            throw SimulatedScriptFailure(script: script.id)
        }
        if plan.isTerminal {
            environment.cover(.stepTerminal)
            throw TerminalError("step \(nextUnique())", code: 418)
        }
        let result = "s\(nextUnique())"
        send(result)
        return result
    }

    /// A step's result has come to the handler: from now on its function must not run again.
    func keep(_ id: InvocationID, _ label: String, _ result: String) {
        guard !people.isBeingRestarted(id) else { return }
        if let before = observations.note(id, "step \(label)", result, isKept: true) {
            environment.violate("step '\(label)' of \(id) came to '\(before)', and now to '\(result)'")
        }
    }

    /// A step must not run before everything that led to it is durable.
    private func checkDurability(_ script: Script, _ id: InvocationID, _ label: String) {
        guard !people.isBeingRestarted(id) else { return }
        let durable = commits().durable
        // What comes while the step waits for its turn is none of its causes.
        let own = Int(label.split(separator: ".")[0])
        let causes = observations.undurable(id, by: durable) { other in
            guard let own else { return !other.hasPrefix("step ") }
            return Int(other).map { $0 < own } ?? false
        }
        for other in causes {
            environment.violate("step '\(label)' of \(script.id) runs before what came at \(other) is durable")
        }
        guard let parent = script.parent, let sender = invocations[parent.script] else { return }
        let before = observations.undurable(sender, by: durable) { Int($0).map { $0 < parent.operation } ?? false }
        if !before.isEmpty {
            environment.violate(
                "step '\(label)' of \(script.id) runs before what made \(parent.script) start it is durable: \(before)")
        }
    }

    /// An attempt was given up because a step did not return. Returns whether one has had all its time.
    func gaveUp(_ event: FailureEvent) -> Bool {
        guard event.error.contains(Self.givenUp) else { return false }
        let overdue = stepRuns.values.filter { run in
            run.script.target.service == event.service && run.script.target.key == event.key.text
                && event.error.hasPrefix("step '\(run.label)'")
                && environment.now - run.since >= environment.plan.stepMilliseconds
        }
        if !overdue.isEmpty { environment.cover(.stepGivenUp) }
        for run in overdue { inMemory.remove(run.id) }
        return !overdue.isEmpty
    }

    /// What the error says of an attempt that was given up.
    static let givenUp = "it has not returned within"

    func wait(_ what: String) async throws {
        try await withCheckedThrowingContinuation { environment.gates.wait(what, $0) }
    }

    // MARK: Calls

    /// A call failed because it would wait for its own caller.
    func deadlocked(_ script: Script, calling callee: String) {
        let callee = known(callee)
        guard !deadlocks.contains(callee.id) else { return }
        guard let ring = waitGraph.ring(from: script, calling: callee, known) else {
            if waitGraph.isDisturbed { return }
            return environment.violate("\(script.id) calls \(callee.id), which is no deadlock, and is told that it is")
        }
        // A callee that waits for one of its own callers is found at once, what others began has to be searched for.
        deadlocks.insert(callee.id)
        environment.cover(isDescendant(callee, of: ring[0]) ? .deadlock : .ring)
    }

    private func isDescendant(_ script: Script, of other: String) -> Bool {
        var parent = script.parent
        while let next = parent {
            if next.script == other { return true }
            parent = known(next.script).parent
        }
        return false
    }

    // MARK: Lives

    func crashed(durable: UInt64) {
        observations.crashed(durable: durable)
        inMemory.removeAll()
        sentAfter.removeAll()
        stepRuns.removeAll()
        // What was lost never was: its id may come again, for another.
        for (script, id) in invocations where !observations.isKnown(id) {
            invocations[script] = nil
        }
        people.crashed()
    }
}

/// What a script throws that is to be tried again.
struct SimulatedScriptFailure: Error, CustomStringConvertible {
    static let mark = "a simulated failure of "
    let script: String
    var description: String { Self.mark + script }
}
