import Millrace
import MillraceEngine

/// Those outside who start scripts, complete what they wait for, stop and question them, and what they have been told.
///
/// Whatever they asked and had no answer to when the process died, they ask again.
///
/// Used by the one thread of a simulation; that makes `@unchecked Sendable` true.
final class People: @unchecked Sendable {
    private unowned let environment: SimulatedEnvironment
    private unowned let world: ScriptedWorld

    /// Requests that are still to be made.
    private var requests: [String] = []
    private var closing: [String] = []
    private var purgeable: [String] = []
    /// Shared scripts that were asked for, how many wait for the answer in this life, and whether they ever had one.
    private var asked: [String] = []
    private var asking: [String: Int] = [:]
    /// Workflows that are known to run.
    private var known: Set<String> = []
    /// What was told of a script's result.
    private(set) var answers: [String: [String]] = [:]
    /// Scripts of which somebody was told that they were cancelled before they had started.
    private(set) var cancelledBeforeStart: Set<String> = []
    /// Scripts that were started by themselves, as far as seen.
    private var roots: [String] = []
    private var begunInThisLife: Set<InvocationID> = []

    private(set) var cancelRequested: Set<String> = []
    private(set) var killRequested: Set<String> = []
    /// How often a script was to be started anew.
    private(set) var restarts: [String: Int] = [:]
    /// What is known for certain.
    private var killed: Set<InvocationID> = []
    private var paused: Set<InvocationID> = []
    /// How often something was done that lets a paused one go on: an answer that is older means nothing.
    private var wakes: [InvocationID: Int] = [:]
    private var restarting: Set<InvocationID> = []
    private var purging: [String: InvocationID] = [:]
    private(set) var purged: Set<String> = []
    /// What was done in this drain, which need not be done twice.
    private var completed: Set<Tell> = []
    private var ended: Set<String> = []

    init(_ environment: SimulatedEnvironment, _ world: ScriptedWorld) {
        self.environment = environment
        self.world = world
    }

    func plan(requests: [String], closing: [String], purgeable: [String]) {
        self.requests = requests
        self.closing = closing
        self.purgeable = purgeable
    }

    // MARK: What scripts ask

    func begun(_ script: Script, _ id: InvocationID) {
        begunInThisLife.insert(id)
        if script.parent == nil, !roots.contains(script.id) { roots.append(script.id) }
    }

    /// A script has told of it, perhaps anew: what completed it before may have been lost, or have come before it was known.
    func told(_ tell: Tell) { completed.remove(tell) }

    func hasBegunInThisLife(_ id: InvocationID) -> Bool { begunInThisLife.contains(id) }

    func isBeingRestarted(_ id: InvocationID) -> Bool { restarting.contains(id) }

    func reasonNotToRun(_ id: InvocationID) -> String? {
        if killed.contains(id) { return "it has been killed" }
        return paused.contains(id) ? "it is paused" : nil
    }

    func finalResult(of script: Script) -> String? { answers[script.id]?.first }

    /// Whether somebody has asked for what is kept of a script to be forgotten.
    func isPurged(_ script: String) -> Bool { purging[script] != nil }

    func mayNotRunAgain(_ script: Script) -> Bool { restarts[script.id] == nil && !purged.contains(script.id) }

    // MARK: Requests

    private func request(_ id: String, _ desk: RequestDesk, _ random: inout SimulationRandom) {
        let script = world.known(id)
        let delay = random.chance(20) ? random.pick([5, 500, 5_000]) : 0
        environment.trace("somebody asks for \(id) of \(script.target) in \(delay) ms")
        if script.isShared, !asked.contains(id) { asked.append(id) }
        asking[id, default: 0] += 1
        do throws(RequestError) {
            try desk.invoke(
                HandlerTarget(
                    service: script.target.service, handler: script.handler, key: Array(script.target.key.utf8),
                    idempotencyKey: script.idempotencyKey),
                payload: Array(id.utf8), delayMilliseconds: Int64(delay),
                answer: { [self] in answered(script, Self.text($0)) })
        } catch { environment.violate("\(id): \(error)") }
    }

    private func answered(_ script: Script, _ result: String) {
        environment.trace("somebody is told of \(script.id): \(result)")
        asking[script.id, default: 0] -= 1
        if result.contains("already invoked") {
            environment.cover(.workflowAgain)
            known.insert(script.id)
            return
        }
        environment.cover(.requestAnswered)
        learn(script.id, result)
        guard let id = world.invocations[script.id], let seen = world.observations.value(id, "end"), seen == result,
            let commit = world.observations.commit(id, "end"), commit > world.commits().durable
        else { return }
        environment.violate("\(script.id): its result was told before it was durable: \(result)")
    }

    /// Somebody was told a result.
    private func learn(_ script: String, _ result: String) {
        world.cover(result: result)
        // Nothing is kept of what has not begun: the same request can be made again.
        let hasBegun = world.invocations[script].map { world.observations.has($0, "begun") } ?? false
        if result == "!409 canceled" || result == "!409 killed" && !hasBegun {
            cancelledBeforeStart.insert(script)
            return
        }
        if let first = answers[script]?.first {
            environment.cover(.requestRepeated)
            if first != result { environment.violate("\(script) came to '\(first)', and to '\(result)'") }
        }
        answers[script, default: []].append(result)
    }

    private static func text(_ result: DurableResult) -> String {
        switch result {
        case .void: "-"
        case .value(let value): String(decoding: value, as: UTF8.self)
        case .failure(let error): Performance.text(error)
        }
    }

    // MARK: What people do

    /// Does something.
    func act(_ engine: SteppedEngine, _ random: inout SimulationRandom) {
        let desk = engine.desk
        if random.chance(world.plan.controlPercent) { return control(engine, &random) }
        switch random.below(10) {
        case 0..<4:
            if !requests.isEmpty {
                request(requests.remove(at: random.below(requests.count)), desk, &random)
            } else if let id = unanswered.first {
                request(id, desk, &random)
            }
        case 4..<8:
            let tells = world.openTells
            if !tells.isEmpty { complete(random.pick(tells), desk, &random) }
        case 8: query(desk, &random)
        default: purge(desk, &random)
        }
    }

    private func complete(_ tell: Tell, _ desk: RequestDesk, _ random: inout SimulationRandom) {
        guard random.chance(40) else {
            environment.trace("somebody completes \(tell.label) of \(tell.script)")
            return world.complete(tell, desk)
        }
        let id = "c\(world.nextUnique())"
        var script = Script(
            id: id, target: Target(service: ScriptedServices.courier, key: ""), handler: ScriptedServices.run)
        script.operations = [.complete(tell, world.completions(of: tell))]
        world.add(script)
        request(id, desk, &random)
    }

    /// Shared scripts that somebody has asked for, has no answer to, and in this life does not wait for.
    private var unanswered: [String] {
        asked.filter {
            answers[$0] == nil && !known.contains($0) && asking[$0] ?? 0 <= 0 && purging[$0] == nil
                && !cancelledBeforeStart.contains($0)
        }
    }

    private func query(_ desk: RequestDesk, _ random: inout SimulationRandom) {
        guard !roots.isEmpty else { return }
        let script = random.pick(roots)
        guard let id = world.invocations[script] else { return }
        let wasPurged = purged.contains(script)
        desk.output(of: id, waits: random.chance(50)) { [self] result in
            let text = Self.text(result)
            environment.trace("somebody learns of \(script): \(text)")
            guard text != "-", !text.hasPrefix("!404"), world.invocations[script] == id else { return }
            environment.cover(.queried)
            if wasPurged { environment.violate("\(script) was purged, and came to '\(text)'") }
            if restarts[script] == nil { learn(script, text) }
        }
    }

    private func purge(_ desk: RequestDesk, _ random: inout SimulationRandom) {
        let ready = purgeable.filter { id in
            answers[id] != nil && asking[id] ?? 0 <= 0 && purging[id] == nil && !requests.contains(id)
        }
        guard !ready.isEmpty else { return }
        let script = random.pick(ready)
        guard let id = world.invocations[script] else { return }
        purging[script] = id
        postPurge(script, id, desk)
    }

    private func postPurge(_ script: String, _ id: InvocationID, _ desk: RequestDesk) {
        environment.trace("somebody purges \(script)")
        desk.control(id, .purge) { [self] result in
            guard result == .void || Self.text(result).hasPrefix("!404") else {
                return environment.violate("\(script) cannot be purged: \(Self.text(result))")
            }
            environment.cover(.purge)
            purged.insert(script)
        }
    }

    // MARK: Control

    private func control(_ engine: SteppedEngine, _ random: inout SimulationRandom) {
        let parked = engine.openInvocations.filter { $0.state == .parked }.sorted { "\($0.id)" < "\($1.id)" }
        if !parked.isEmpty, random.chance(40) { return resume(random.pick(parked).id, engine.desk) }
        let running = roots.compactMap { script in world.invocations[script].map { (script: script, id: $0) } }
            .filter { !world.observations.has($0.id, "end") }
        guard !running.isEmpty else { return }
        let (name, id) = random.pick(running)
        switch random.below(8) {
        case 0..<3: cancel(name, id, engine.desk)
        case 3: kill(name, id, engine.desk)
        case 4, 5: pause(name, id, engine.desk)
        default:
            // Two at once could not be told apart: the answer to the first would be taken for that to the second.
            let some = running.filter { world.known($0.script).canBeRestarted && !restarting.contains($0.id) }
            guard !some.isEmpty else { return }
            let (name, id) = random.pick(some)
            restart(name, id, engine.desk)
        }
    }

    private func cancel(_ script: String, _ id: InvocationID, _ desk: RequestDesk) {
        environment.trace("somebody cancels \(script)")
        world.waitGraph.disturb(world.known(script))
        wake(id)
        cancelRequested.insert(script)
        desk.control(id, .cancel)
    }

    private func kill(_ script: String, _ id: InvocationID, _ desk: RequestDesk) {
        environment.trace("somebody kills \(script)")
        world.waitGraph.disturb(world.known(script))
        wake(id)
        killRequested.insert(script)
        world.stopped(id)
        desk.control(id, .kill) { [self] result in
            guard result == .void else { return }
            environment.cover(.kill)
            // What several may ask for is forgotten where it had not begun, and asked for anew.
            if !world.known(script).isShared { killed.insert(id) }
        }
    }

    private func wake(_ id: InvocationID) {
        paused.remove(id)
        wakes[id, default: 0] += 1
    }

    private func pause(_ script: String, _ id: InvocationID, _ desk: RequestDesk) {
        environment.trace("somebody pauses \(script)")
        world.waitGraph.disturb(world.known(script))
        world.stopped(id)
        let wakesBefore = wakes[id]
        desk.control(id, .pause) { [self] result in
            guard result == .void else { return }
            environment.trace("\(script) is paused")
            environment.cover(.pause)
            world.stopped(id)
            // What others have called they may cancel, too, which lets it go on.
            if wakes[id] == wakesBefore, !world.known(script).isShared { paused.insert(id) }
        }
    }

    private func resume(_ id: InvocationID, _ desk: RequestDesk) {
        let script = world.scriptOf[id] ?? "?"
        environment.trace("somebody resumes \(script)")
        if world.known(script).doomedAt != nil { world.heal(script) }
        wake(id)
        desk.control(id, .resume) { [self] result in if result == .void { environment.cover(.resume) } }
    }

    private func restart(_ script: String, _ id: InvocationID, _ desk: RequestDesk) {
        environment.trace("somebody starts \(script) anew")
        wake(id)
        restarting.insert(id)
        restarts[script, default: 0] += 1
        world.observations.forget(id)
        world.stopped(id)
        desk.control(id, .restart) { [self] result in
            if result == .void { environment.cover(.restart) }
            restarting.remove(id)
            world.observations.forget(id)
        }
    }

    // MARK: The end

    /// Does what is left for things to come to rest, when nothing happens by itself. Returns false where there is nothing.
    func finish(_ engine: SteppedEngine, _ random: inout SimulationRandom) -> Bool {
        let desk = engine.desk
        if let id = requests.popLast() {
            request(id, desk, &random)
            return true
        }
        if let id = unanswered.first {
            request(id, desk, &random)
            return true
        }
        let tells = world.openTells.filter { completed.insert($0).inserted }
        for tell in tells { complete(tell, desk, &random) }
        if !tells.isEmpty { return true }
        let parked = engine.openInvocations.filter { $0.state == .parked }.sorted { "\($0.id)" < "\($1.id)" }
        for one in parked { resume(one.id, desk) }
        if !parked.isEmpty { return true }
        let open = engine.openInvocations.sorted { "\($0.id)" < "\($1.id)" }
        let running = Set(open.compactMap { world.scriptOf[$0.id] })
        for open in open {
            // Whoever has called it ends it, as long as it runs.
            guard let script = world.scriptOf[open.id], world.known(script).isEndless,
                world.known(script).parent.map({ !running.contains($0.script) }) ?? true,
                ended.insert(script).inserted
            else { continue }
            cancel(script, open.id, desk)
            return true
        }
        if let id = closing.popLast() {
            request(id, desk, &random)
            return true
        }
        for (script, id) in purging.sorted(by: { $0.key < $1.key }) where !purged.contains(script) {
            postPurge(script, id, desk)
            return true
        }
        return false
    }

    func crashed() {
        asking.removeAll()
        begunInThisLife.removeAll()
        completed.removeAll()
        ended.removeAll()
        for id in restarting { world.observations.forget(id) }
        restarting.removeAll()
    }
}
