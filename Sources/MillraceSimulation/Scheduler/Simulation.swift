import MillraceEngine
import MillraceStore
import MillraceTesting

/// A run of the engine on a simulated world, every step of which a seed decides.
///
/// The same seed makes the same run. It ends with a time without faults in which everything must come to rest, and an audit.
package final class Simulation {
    let plan: SimulationPlan
    let environment: SimulatedEnvironment
    let scenario: any Scenario
    private let mutation: Mutation?
    var random: SimulationRandom
    var process: SimulatedProcess?
    private var crashes = 0
    private var isInterleaving = false

    /// - Parameters:
    ///   - mutation: a mistake to be made on purpose.
    ///   - isTracing: whether to write down what happens, which takes time.
    package init(
        seed: UInt64, kind: ScenarioKind = .records, mutation: Mutation? = nil, isTracing: Bool = false
    ) {
        plan = SimulationPlan(seed: seed, kind: kind)
        environment = SimulatedEnvironment(plan, isTracing: isTracing)
        scenario =
            switch kind {
            case .records: RecordScenario(environment)
            case .scripts: ScriptScenario(environment)
            }
        self.mutation = mutation
        random = SimulationRandom(seed: seed)
    }

    /// Runs to the end, or to the first thing that is wrong.
    package func run() -> SimulationReport {
        environment.trace("\(plan)")
        open()
        runWithFaults()
        if environment.violations.isEmpty { settle() }
        end()
        return SimulationReport(
            seed: plan.seed, plan: "\(plan)", violations: environment.violations, steps: environment.stepNumber,
            crashes: crashes, records: environment.log.offsets.count, commands: environment.attempts.count,
            coverage: environment.coverage, kind: plan.kind,
            trace: environment.lines)
    }

    // MARK: Lives

    private func open() {
        // Nobody starts on a full disk: it is refused, and says so.
        environment.disk.fail(with: nil)
        do throws(EngineError) {
            let process = try SimulatedProcess(environment, scenario, mutation: mutation)
            self.process = process
            scenario.opened(process.engine)
            process.disk.afterWrite = { [unowned self] in interleave() }
        } catch {
            environment.violate("the engine cannot be opened: \(error)")
        }
    }

    /// Takes the process away as it stands.
    private func end() {
        guard let process else { return }
        let durable = process.engine.commits.durable
        process.kill(environment)
        scenario.crashed(durable: durable)
        self.process = nil
    }

    /// Ends the process in order: nothing that it has decided is lost.
    func stop() {
        guard let process, process.blocked.isEmpty else { return }
        environment.trace("the process stops")
        do throws(StoreError) { try process.engine.stop() } catch {
            // Its handlers are gone: it cannot go on, whatever there is room for later.
            if !failed(error, "while it stops") { return }
            return crash("while it stops", .crashBetweenSteps)
        }
        environment.cover(.cleanStop)
        end()
        environment.disk.crash(keeping: 0)
        audit { try scenario.problemsAfterCrash() }
        open()
    }

    func crash(_ reason: String, _ event: Coverage.Event) {
        guard process != nil else { return }
        crashes += 1
        environment.cover(event)
        end()
        let disk = environment.disk
        if random.chance(50) {
            let kept = some(of: disk.unsyncedCount)
            environment.trace("CRASH \(reason), keeps \(kept) of \(disk.unsyncedCount) writes")
            disk.crash(keeping: kept)
        } else {
            let (blocks, others) = disk.unsyncedKinds
            let kept = (blocks: some(of: blocks), others: some(of: others))
            environment.trace(
                "CRASH \(reason), keeps \(kept.blocks) of \(blocks) commits, \(kept.others) of \(others) other writes")
            disk.crash(keepingBlocks: kept.blocks, others: kept.others)
        }
        audit { try scenario.problemsAfterCrash() }
        open()
    }

    /// None, all or some: the extremes show most.
    private func some(of count: Int) -> Int { random.pick([0, count, random.within(0...count)]) }

    func audit(_ problems: () throws -> [String]) {
        do {
            for problem in try problems() { environment.violate(problem) }
        } catch {
            environment.violate("the disk cannot be read: \(error)")
        }
    }

    // MARK: With faults

    private func runWithFaults() {
        let choices = Step.allCases.flatMap { [Step](repeating: $0, count: plan.weights[$0] ?? 0) }
        let steps = 10 * plan.recordCount + 100
        let crashSteps = Set((0..<plan.crashCount).map { _ in random.below(steps) })
        for number in 0..<steps where environment.violations.isEmpty {
            environment.nextStep()
            if crashSteps.contains(number) {
                if random.chance(30) {
                    crash("between two steps", .crashBetweenSteps)
                    // Now and then a process does not live long.
                    if random.chance(20) { crash("after opening", .crashAfterOpening) }
                } else if random.chance(20) {
                    stop()
                } else {
                    process?.disk.crashPoint = random.pick(FaultyDisk.CrashPoint.allCases)
                }
                continue
            }
            take(random.pick(choices))
        }
    }

    private func take(_ step: Step) {
        guard let process else { return }
        switch step {
        case .produce: produce()
        case .fetch: _ = random.pick(process.sources).fetch(&random, all: false)
        case .progress:
            if random.chance(50) {
                random.pick(process.sources).progress()
            } else {
                random.pick(process.sources).commitOffsets()
            }
        case .turn:
            let group = random.below(process.engine.groupCount)
            turn(group, inputs: random.within(0...process.engine.waitingInputs(group)))
        case .sync: sync()
        case .release: release()
        case .startWriteBack: writeBack()
        case .send: _ = process.sink.write(&random, all: false)
        case .acknowledge: _ = process.sink.acknowledge(&random, all: false)
        case .answer: answer()
        case .act: scenario.act(process.engine, &random)
        case .wait: environment.now += Int64(random.pick([1, 1, 3, 20, 100, 1_000, 10_000]))
        case .retention: if plan.hasRetention { trim() }
        case .diskSpace:
            if plan.hasDiskFull {
                let isFull = random.chance(30)
                environment.trace(isFull ? "the disk is full" : "the disk has room")
                environment.disk.fail(with: isFull ? FaultyDisk.full : nil)
                if isFull { environment.cover(.diskFull) }
            }
        }
    }

    func produce() {
        guard !scenario.isFinished else { return }
        for _ in 0..<random.within(1...5) where !scenario.isFinished {
            let record = scenario.nextRecord()
            let place = SimulatedLog.Place(topic: record.topic.name, partition: record.partition)
            environment.log.append(record.id, key: record.key, to: place)
            if random.chance(15) { environment.log.appendGap(of: random.within(1...3), to: place) }
            environment.trace("log \(place): \(record.description)")
        }
    }

    private func trim() {
        let place = random.pick(environment.log.places)
        let start = environment.log.start(place)
        let to = start + Int64(random.within(0...Int(environment.log.end(place) - start)))
        environment.trace("log \(place) forgets what is before \(to)")
        environment.log.trim(place, to: to, committed: environment.groupOffsets[place] ?? 0)
    }

    func turn(_ group: Int, inputs: Int) {
        guard let process else { return }
        do throws(StoreError) {
            if process.blocked.contains(group) {
                try process.engine.retryCommit(group)
                scenario.committed(group, as: process.engine.commits.latest)
                process.blocked.remove(group)
                environment.trace("group \(group) commits after all")
            } else {
                environment.trace(
                    "turn of group \(group) with \(inputs) of \(process.engine.waitingInputs(group)) inputs")
                scenario.beginTurn(of: group)
                try process.engine.turn(group, inputs: inputs, now: environment.now)
                scenario.committed(group, as: process.engine.commits.latest)
            }
        } catch {
            guard failed(error, "in a turn of group \(group)") else { return }
            process.blocked.insert(group)
        }
    }

    /// Ends the process where the failure is its crash; returns whether it lives.
    private func failed(_ error: StoreError, _ place: String) -> Bool {
        if error.isRetriable {
            environment.trace("no room \(place)")
            return true
        }
        if error == FaultyDisk.crash {
            let point = process?.disk.crashPoint
            if place.contains("write-back") { environment.cover(.crashInWriteBack) }
            crash("\(place), \(point.map { "\($0)" } ?? "?")", point?.event ?? .crashBetweenSteps)
        } else {
            environment.violate("\(place): \(error)")
        }
        return false
    }

    func sync() {
        guard let process else { return }
        do throws(StoreError) {
            if try process.engine.sync() { environment.trace("synced up to commit \(process.engine.commits.durable)") }
        } catch { _ = failed(error, "in a sync") }
    }

    func release() {
        guard let process else { return }
        let commits = process.engine.commits
        process.engine.release(upTo: mutation == .outputBeforeSync ? commits.latest : commits.durable)
    }

    /// Begins a write-back, or does its next write. Returns whether there was one.
    @discardableResult
    func writeBack() -> Bool {
        guard let process else { return false }
        if process.writeBack == nil {
            let commits = process.engine.commits
            process.writeBack = process.engine.nextWriteBack(
                upTo: mutation == .writeBackBeforeSync ? commits.latest : commits.durable, writeBytes: plan.writeBytes)
        }
        guard var run = process.writeBack else { return false }
        do throws(StoreError) {
            let isDone = try run.step()
            environment.trace("write-back, \(isDone ? "done" : "a write")")
            environment.cover(.writeBack)
            process.writeBack = isDone ? nil : run
        } catch { _ = failed(error, "in a write-back") }
        return true
    }

    func answer() {
        guard !environment.gates.ids.isEmpty else { return }
        let answered = environment.gates.answer(random.below(environment.gates.ids.count))
        environment.trace("answers \(answered)")
    }

    /// What other threads may do between a write and what its own thread does next.
    private func interleave() {
        guard plan.hasInterleaving, !isInterleaving, let process, process.disk.crashPoint == nil else { return }
        isInterleaving = true
        defer { isInterleaving = false }
        if random.chance(20) {
            sync()
            if random.chance(50) { release() }
        }
        if random.chance(10) { _ = process.sink.write(&random, all: false) }
        if random.chance(10) { _ = process.sink.acknowledge(&random, all: false) }
    }
}
