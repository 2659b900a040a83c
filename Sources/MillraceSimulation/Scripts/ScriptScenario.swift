import Millrace
import MillraceEngine

/// Scripts that scripted services carry out, started by records and from outside.
final class ScriptScenario: Scenario {
    private let environment: SimulatedEnvironment
    private let world: ScriptedWorld
    private var random: SimulationRandom
    private var records: [(topic: Workload.Topic, script: String)] = []
    private var nextNumber = 0
    /// The scripts of records, as far as they were made.
    private var roots: [(record: String, script: String)] = []

    init(_ environment: SimulatedEnvironment) {
        self.environment = environment
        let plan = environment.plan
        world = ScriptedWorld(environment, plan.scripts)
        environment.gaveUp = { [unowned world] in world.gaveUp($0) }
        random = SimulationRandom(seed: plan.seed ^ 0x7265_636f)
        let writer = ScriptWriter(plan.scripts, services: plan.topics.map(\.service))
        for script in writer.scripts { world.add(script) }
        world.people.plan(requests: writer.requests, closing: writer.closing, purgeable: writer.purgeable)
        for topic in plan.topics {
            for script in writer.records[topic.service] ?? [] { records.append((topic, script)) }
        }
        records.shuffle(using: &random)
    }

    var services: [ServiceDefinition] { world.services.definitions }

    var isFinished: Bool { nextNumber >= records.count }

    func nextRecord() -> ScenarioRecord {
        let (topic, name) = records[nextNumber]
        let id = "\(topic.name).\(nextNumber)"
        nextNumber += 1
        world.name(id, as: name)
        roots.append((id, name))
        let script = world.known(name)
        return ScenarioRecord(
            topic: topic, partition: random.below(topic.partitions), id: id, key: script.target.key,
            description: "\(id): \(script)")
    }

    func opened(_ engine: SteppedEngine) { world.commits = { [unowned engine] in engine.commits } }
    func beginTurn(of group: Int) { world.observations.beginTurn(of: group) }
    func committed(_ group: Int, as commit: UInt64) { world.observations.committed(group, as: commit) }
    func act(_ engine: SteppedEngine, _ random: inout SimulationRandom) { world.people.act(engine, &random) }

    func finish(_ engine: SteppedEngine, _ random: inout SimulationRandom) -> Bool {
        world.people.finish(engine, &random)
    }

    func crashed(durable: UInt64) { world.crashed(durable: durable) }

    // MARK: Auditing

    private var certainRoots: [String] {
        roots.filter { !environment.log.losable.contains($0.record) }.map(\.script)
    }

    private var rows: ScriptRows {
        get throws { try ScriptRows(environment.disk, shardCount: environment.plan.shardCount) }
    }

    func problemsAfterCrash() throws -> [String] {
        var auditor = ScriptAuditor(environment, world)
        auditor.auditCrash(try rows)
        return auditor.problems
    }

    func problemsAtRest(
        _ engine: SteppedEngine, stopped: [SimulatedLog.Place: Int64], isOver: Bool
    ) throws -> [String] {
        var auditor = ScriptAuditor(environment, world)
        auditor.auditRest(roots: certainRoots, try rows, isOver: isOver)
        let statistics = engine.statistics
        var problems = auditor.problems
        problems += [
            ("queued invocations", statistics.queuedInvocations), ("busy keys", statistics.busyKeys),
            ("parked keys", statistics.parkedKeys), ("timers", isOver ? statistics.timersInMemory : 0),
        ].filter { $0.1 != 0 }.map { "\($0.0) should be 0 at rest, and is \($0.1)" }
        for open in engine.openInvocations {
            let journal = (try? engine.journal(of: open.id)) ?? []
            problems.append(
                "\(world.scriptOf[open.id] ?? "?") is open at rest, \(open.state): \(open.lastError) \(journal)")
        }
        return problems
    }
}
