import MillraceEngine
import MillraceStore
import MillraceTesting

/// One life of the process: the engine with its sources and sink, from the opening of the disk to a crash.
final class SimulatedProcess {
    let engine: SteppedEngine
    let sources: [SimulatedSource]
    let sink: SimulatedSink
    let disk: FaultyDisk
    /// The write-back that is under way.
    var writeBack: WriteBackRun?
    /// Groups whose last commit found no room.
    var blocked: Set<Int> = []

    init(_ environment: SimulatedEnvironment, _ scenario: any Scenario, mutation: Mutation?) throws(EngineError) {
        disk = FaultyDisk(environment.disk, mutation: mutation)
        sink = SimulatedSink(environment)
        var options = environment.plan.options
        options.mistake = mutation?.mistake
        let engine = try SteppedEngine(
            options: options, services: scenario.services,
            subscriptions: environment.plan.subscriptions, schedules: environment.plan.schedules,
            sinks: [("main", sink)], disk: disk,
            observer: SimulatedObserver(environment))
        self.engine = engine
        sources = zip(environment.plan.topics, engine.intakes).map { SimulatedSource($0, $1, environment) }
        engine.resend()
    }

    /// Ends the process as it stands: what waits in it is dropped.
    func kill(_ environment: SimulatedEnvironment) {
        disk.afterWrite = {}
        environment.gates.crash()
        engine.drainTasks()
    }
}
