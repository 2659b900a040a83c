import Millrace

/// Makes the scripts of a run, all of them beforehand: which operations, which others they start, what fails.
struct ScriptWriter {
    /// A workflow of a run, and the promises that it has.
    static let promises = ["p", "q"]

    private let plan: ScriptPlan
    private var random: SimulationRandom
    private(set) var scripts: [Script] = []
    /// Scripts that several ask for, under an idempotency key or as the `run` of a workflow.
    private var shared: [String] = []
    private var workflows: [String] = []
    /// Scripts for the records of each topic, by the topic's service, in order.
    private(set) var records: [String: [String]] = [:]
    /// Scripts that are started from outside.
    private(set) var requests: [String] = []
    /// Of them those that nobody else asks for, so that their results can be purged.
    private(set) var purgeable: [String] = []
    /// Requests that end what workflows wait for, made when everything else has been done.
    private(set) var closing: [String] = []

    init(_ plan: ScriptPlan, services: [String]) {
        self.plan = plan
        random = SimulationRandom(seed: plan.seed ^ 0x7363_7269)
        for number in 0..<plan.sharedCount { writeShared("i\(number)") }
        for number in 0..<plan.workflowCount { writeWorkflow("w\(number)") }
        for number in 0..<plan.rootCount { writeRoot("r\(number)", services) }
        for number in 0..<plan.circleCount { writeCircle("o\(number)") }
    }

    // MARK: What is started by itself

    private mutating func writeShared(_ id: String) {
        let target =
            random.chance(70)
            ? Target(service: "Vault", key: key()) : Target(service: ScriptedServices.courier, key: "")
        var script = Script(id: id, target: target, handler: ScriptedServices.run)
        script.idempotencyKey = "key-\(id)"
        add(leaf(script))
        if random.chance(40) { purgeable.append(id) } else { shared.append(id) }
        for _ in 0..<random.within(1...3) { requests.append(id) }
    }

    private mutating func writeWorkflow(_ id: String) {
        var script = Script(
            id: id, target: Target(service: ScriptedServices.workflow, key: id), handler: ScriptedServices.run)
        // A record may be what starts it.
        script.isFromRecord = true
        for _ in 0..<random.within(1...3) {
            script.operations.append(random.chance(60) ? promiseOperation(isRun: true) : simple(waits: true))
        }
        planFailures(&script)
        add(script)
        shared.append(id)
        workflows.append(id)
        requests.append(id)
        if random.chance(50) { requests.append(id) }
        for number in 0..<random.within(0...3) {
            let id = writeLook(at: id, "\(id)l\(number)")
            requests.append(id)
        }
        // In the end somebody completes what nobody else did, and the workflow has run: else its promises would stay for ever.
        var last = Script(id: "\(id)z", target: script.target, handler: ScriptedServices.look)
        last.operations = Self.promises.map { .resolvePromise($0) } + Self.promises.map { .getPromise($0) }
        add(last)
        closing += [last.id, id]
    }

    private mutating func writeLook(at workflow: String, _ id: String) -> String {
        var script = Script(
            id: id, target: Target(service: ScriptedServices.workflow, key: workflow), handler: ScriptedServices.look)
        for _ in 0..<random.within(1...3) { script.operations.append(promiseOperation(isRun: false)) }
        planFailures(&script)
        add(script)
        return id
    }

    private mutating func writeRoot(_ id: String, _ services: [String]) {
        if random.chance(55), !services.isEmpty {
            let service = random.pick(services)
            if service == ScriptedServices.workflow {
                // A record that starts a workflow anew changes nothing.
                if let workflow = workflows.isEmpty ? nil : random.pick(workflows) {
                    records[service, default: []].append(workflow)
                }
                return
            }
            let key = service == ScriptedServices.courier ? "" : key()
            var script = Script(id: id, target: Target(service: service, key: key), handler: ScriptedServices.run)
            script.isFromRecord = true
            records[service, default: []].append(id)
            return write(script, depth: 0)
        }
        if random.chance(10) {
            add(booth(Script(id: id, target: Target(service: ScriptedServices.booth, key: key()), handler: "run")))
            return requests.append(id)
        }
        let isDesk = random.chance(70)
        let service = isDesk ? random.pick(["Desk0", "Desk1"]) : ScriptedServices.courier
        let handler =
            isDesk && random.chance(15)
            ? ScriptedServices.look : random.chance(plan.doomPercent) ? ScriptedServices.strict : ScriptedServices.run
        var script = Script(id: id, target: Target(service: service, key: isDesk ? key() : ""), handler: handler)
        if random.chance(30) {
            script.idempotencyKey = "key-\(id)"
            requests.append(id)
        }
        requests.append(id)
        write(script, depth: 0)
    }

    /// A few scripts of the circle's keys, each of which calls the next key while it holds its own: where they do so at the same time,
    /// none of them can go on.
    private mutating func writeCircle(_ id: String) {
        let size = random.within(2...4)
        for number in 0..<size {
            var script = Script(
                id: "\(id).\(number)", target: Target(service: ScriptedServices.circle, key: "k\(number)"),
                handler: ScriptedServices.run)
            script.isInCircle = true
            switch random.below(5) {
            case 0: break
            case 1: script.operations.append(.gate)
            case 2: script.operations.append(.awakeable(limitMilliseconds: nil))
            case 3: script.operations.append(.step(step()))
            default: script.operations.append(.sleep(milliseconds: milliseconds()))
            }
            let other = random.chance(85) ? (number + 1) % size : random.below(4)
            let limit = random.chance(10) ? milliseconds() : nil
            script.operations.append(
                .call(writeLink(of: script, to: "k\(other)", depth: 0), limitMilliseconds: limit))
            if random.chance(50) { script.operations.append(.state) }
            planFailures(&script)
            add(script)
            requests.append(script.id)
        }
    }

    /// What one of the circle calls: another key, directly or by way of a service without keys; it may call on.
    private mutating func writeLink(of parent: Script, to key: String, depth: Int) -> String {
        let isCourier = depth == 0 && random.chance(20)
        let target =
            isCourier
            ? Target(service: ScriptedServices.courier, key: "") : Target(service: ScriptedServices.circle, key: key)
        var script = Script(
            id: "\(parent.id)/\(parent.operations.count)", target: target, handler: ScriptedServices.run)
        script.parent = (parent.id, parent.operations.count)
        script.isCalled = true
        script.isInCircle = true
        script.operations.append(random.chance(30) ? .sleep(milliseconds: 5) : .state)
        if isCourier {
            script.operations.append(.call(writeLink(of: script, to: key, depth: 1), limitMilliseconds: nil))
        } else if depth < 2, random.chance(30) {
            let other = writeLink(of: script, to: "k\(random.below(4))", depth: depth + 1)
            script.operations.append(.call(other, limitMilliseconds: nil))
        }
        add(script)
        return script.id
    }

    private mutating func add(_ script: Script) { scripts.append(script) }

    // MARK: What a script does

    /// Some keys are hit much more often than others.
    private mutating func key() -> String { "k\(min(random.below(plan.keys), random.below(plan.keys)))" }

    private mutating func milliseconds() -> Int { random.pick([1, 5, 50, 50, 500, 5_000, 60_000]) }

    private mutating func write(_ start: Script, depth: Int) {
        var script = start
        let count = random.within(1...(depth == 0 ? 5 : 3))
        for _ in 0..<count {
            let operation = operation(of: &script, depth)
            script.operations.append(operation)
        }
        planFailures(&script)
        if script.handler == ScriptedServices.strict { script.doomedAt = random.within(0...script.operations.count) }
        if !script.isFromRecord { script.failsInTheEnd = random.chance(15) }
        add(script)
    }

    /// A script that starts no other.
    private mutating func leaf(_ start: Script) -> Script {
        var script = start
        for _ in 0..<random.within(1...3) { script.operations.append(simple(waits: true)) }
        planFailures(&script)
        script.failsInTheEnd = random.chance(20)
        return script
    }

    /// What an object does of which nothing lasts.
    private mutating func booth(_ start: Script) -> Script {
        var script = start
        for _ in 0..<random.within(1...4) {
            script.operations.append(random.chance(60) ? .expiringState : .sleep(milliseconds: milliseconds()))
        }
        planFailures(&script)
        return script
    }

    private mutating func planFailures(_ script: inout Script) {
        guard random.chance(plan.failurePercent) else { return }
        script.failures[random.within(0...script.operations.count)] = random.within(1...2)
    }

    private mutating func step() -> Script.Step {
        var step = Script.Step()
        step.waits = random.chance(25)
        if random.chance(plan.hangPercent) { step.hangs = random.within(1...2) }
        if random.chance(plan.failurePercent) {
            switch random.below(4) {
            case 0: step.isTerminal = true
            case 1:
                step.attempts = random.within(1...3)
                step.failures = .max
            case 2:
                step.failures = 1
                step.attempts = 3
            default: step.failures = random.within(1...2)
            }
        }
        return step
    }

    private mutating func simple(waits: Bool) -> Script.Operation {
        switch random.below(waits ? 12 : 9) {
        case 0...2: .step(step())
        case 3, 4: .sleep(milliseconds: milliseconds())
        case 5, 6: .state
        case 7: random.chance(50) ? .draw : .gate
        case 8: .expiringState
        case 9: .awakeable(limitMilliseconds: random.chance(40) ? milliseconds() : nil)
        case 10: .signals(random.within(1...3))
        default: .combine(random.pick(Script.Combination.allCases), branches(nil, 0))
        }
    }

    private mutating func promiseOperation(isRun: Bool) -> Script.Operation {
        let name = random.pick(Self.promises)
        switch random.below(isRun ? 3 : 5) {
        case 0, 1: return .getPromise(name)
        case 2: return .peekPromise(name)
        case 3: return .resolvePromise(name)
        default: return random.chance(50) ? .rejectPromise(name) : .resolvePromise(name)
        }
    }

    /// - Parameter parent: whose callees some of them are; without one there are none.
    private mutating func branches(_ parent: Script?, _ depth: Int) -> [Script.Branch] {
        var branches: [Script.Branch] = []
        for number in 0..<random.within(2...3) {
            switch random.below(4) {
            case 0: branches.append(.timer(milliseconds: milliseconds()))
            case 1: branches.append(.step(step()))
            case 2: branches.append(.awakeable)
            default:
                guard let parent, let id = child(of: parent, depth, suffix: ".\(number)", isCalled: true) else {
                    branches.append(.timer(milliseconds: milliseconds()))
                    continue
                }
                branches.append(.call(id))
            }
        }
        return branches
    }

    private mutating func operation(of script: inout Script, _ depth: Int) -> Script.Operation {
        let isRun = script.handler != ScriptedServices.look
        guard random.chance(plan.othersPercent), depth < 2, isRun else { return simple(waits: true) }
        switch random.below(12) {
        case 0...3:
            guard let id = child(of: script, depth, isCalled: true) else { break }
            // Somebody must end what waits for ever: the caller by its limit, or a person.
            let limit = random.chance(30) ? milliseconds() : nil
            if limit == nil, isEndless(id) { script.isEndless = true }
            return .call(id, limitMilliseconds: limit)
        case 4, 5:
            guard let id = child(of: script, depth, isCalled: false) else { break }
            return .send(id, delayMilliseconds: random.chance(50) ? 0 : milliseconds())
        case 6:
            guard let id = child(of: script, depth, isCalled: false, mayBeEndless: true) else { break }
            return .sendAndCancel(id, delayMilliseconds: random.chance(50) ? 0 : milliseconds())
        case 7:
            guard let id = child(of: script, depth, isCalled: false) else { break }
            return .sendAndAttach(id)
        case 8:
            guard !shared.isEmpty else { break }
            let id = random.pick(shared)
            switch random.below(4) {
            case 0: return .attach(id)
            case 1: return .output(id)
            case 2: return .send(id, delayMilliseconds: random.chance(70) ? 0 : milliseconds())
            default: return .call(id, limitMilliseconds: nil)
            }
        case 9:
            guard script.isExclusive else { break }
            var other = Script(
                id: "\(script.id)/\(script.operations.count)", target: script.target, handler: ScriptedServices.run)
            other.parent = (script.id, script.operations.count)
            other.isCalled = true
            other.operations = [.draw]
            add(other)
            return .callItself(other.id)
        case 10: return .combine(random.pick(Script.Combination.allCases), branches(script, depth))
        default:
            guard random.chance(40), !script.isEndless else { break }
            script.isEndless = true
            return .endless
        }
        return simple(waits: true)
    }

    private func isEndless(_ id: String) -> Bool { scripts.contains { $0.id == id && $0.isEndless } }

    /// Writes a script that another one starts: of a service that comes after it. `nil` where there is none.
    private mutating func child(
        of parent: Script, _ depth: Int, suffix: String = "", isCalled: Bool, mayBeEndless: Bool? = nil
    ) -> String? {
        let at = ScriptedServices.desks.firstIndex(of: parent.target.service).map { $0 + 1 } ?? depth
        // The last desk is for what many ask for.
        guard at < ScriptedServices.desks.count - 1 else { return nil }
        if random.chance(8) {
            var script = Script(
                id: "\(parent.id)/\(parent.operations.count)\(suffix)",
                target: Target(service: ScriptedServices.booth, key: key()), handler: ScriptedServices.run)
            script.parent = (parent.id, parent.operations.count)
            script.isCalled = isCalled
            add(booth(script))
            return script.id
        }
        let isCourier = random.chance(20)
        let service = isCourier ? ScriptedServices.courier : ScriptedServices.desks[at]
        let handler: String =
            if !isCourier, random.chance(10) {
                ScriptedServices.look
            } else {
                random.chance(plan.doomPercent) ? ScriptedServices.strict : ScriptedServices.run
            }
        let id = "\(parent.id)/\(parent.operations.count)\(suffix)"
        var script = Script(id: id, target: Target(service: service, key: isCourier ? "" : key()), handler: handler)
        script.parent = (parent.id, parent.operations.count)
        script.isCalled = isCalled
        // A courier may call any desk that its caller may call.
        write(script, depth: isCourier ? max(depth + 1, at) : depth + 1)
        let mayBe = mayBeEndless ?? (isCalled && suffix.isEmpty)
        if !mayBe, let index = scripts.firstIndex(where: { $0.id == id }), scripts[index].isEndless {
            // Nobody would end it.
            scripts[index].isEndless = false
            scripts[index].operations = scripts[index].operations.map { operation in
                switch operation {
                case .endless: .sleep(milliseconds: 5)
                case .call(let callee, nil) where isEndless(callee): .call(callee, limitMilliseconds: 500)
                default: operation
                }
            }
        }
        return id
    }
}
