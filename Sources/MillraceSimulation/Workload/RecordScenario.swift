import Millrace
import MillraceEngine

/// Records whose commands the audited services carry out.
final class RecordScenario: Scenario {
    private let environment: SimulatedEnvironment

    init(_ environment: SimulatedEnvironment) { self.environment = environment }

    var services: [ServiceDefinition] { AuditedServices(environment: environment).definitions }

    var isFinished: Bool { environment.workload.isFinished }

    func nextRecord() -> ScenarioRecord {
        let (topic, partition, command) = environment.workload.next()
        return ScenarioRecord(
            topic: topic, partition: partition, id: command.id, key: command.target.key, description: "\(command)")
    }

    func opened(_ engine: SteppedEngine) {}
    func beginTurn(of group: Int) {}
    func committed(_ group: Int, as commit: UInt64) {}
    func act(_ engine: SteppedEngine, _ random: inout SimulationRandom) {}
    func finish(_ engine: SteppedEngine, _ random: inout SimulationRandom) -> Bool { false }
    func crashed(durable: UInt64) { environment.running.removeAll() }

    // MARK: Auditing

    private var state: DurableState {
        get throws { try DurableState(environment.disk, shardCount: environment.plan.shardCount) }
    }

    func problemsAfterCrash() throws -> [String] {
        var auditor = Auditor(environment, try state)
        auditor.auditCrash()
        return auditor.problems
    }

    func problemsOfTicks(next: [String: Int64]) throws -> [String] {
        var auditor = Auditor(environment, try state)
        auditor.auditLastTicks(next: next)
        return auditor.problems
    }

    func problemsAtRest(
        _ engine: SteppedEngine, stopped: [SimulatedLog.Place: Int64], isOver: Bool
    ) throws -> [String] {
        let state = try state
        var auditor = Auditor(environment, state)
        auditor.auditEnd(stopped: stopped)
        let statistics = engine.statistics
        return auditor.problems
            + [
                ("queued invocations", statistics.queuedInvocations, state.queued.count + state.goneCount),
                ("busy keys", statistics.busyKeys, state.queueCount),
                ("parked keys", statistics.parkedKeys, state.queueCount),
                ("timers", statistics.timersInMemory, 0),
            ].filter { $0.1 != $0.2 }.map { "\($0.0) should be \($0.2) at rest, and is \($0.1)" }
    }
}
