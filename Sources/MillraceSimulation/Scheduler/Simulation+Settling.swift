import MillraceEngine
import MillraceTesting

/// The time without faults, in which everything must come to rest.
extension Simulation {
    /// Ends all faults, lets everything come to rest, and audits. Twice, with a restart between, which must change nothing.
    func settle() {
        environment.trace("no more faults")
        environment.disk.fail(with: nil)
        process?.disk.crashPoint = nil
        while !scenario.isFinished { produce() }
        switch plan.kind {
        case .records:
            // First without an answer to what waits: no other key may need one.
            let next = stopTicking()
            guard drain(answers: false), drain() else { return }
            audit { try scenario.problemsOfTicks(next: next) }
            auditRest()
            guard environment.violations.isEmpty else { return }
            crash("after everything came to rest", .crashBetweenSteps)
            guard environment.violations.isEmpty else { return }
            let last = stopTicking()
            guard drain() else { return }
            audit { try scenario.problemsOfTicks(next: last) }
            auditRest()
        case .scripts:
            guard drain(within: Self.keptMilliseconds) else { return }
            auditRest(isOver: false)
            guard environment.violations.isEmpty else { return }
            if random.chance(50) { stop() } else { crash("after everything came to rest", .crashBetweenSteps) }
            guard environment.violations.isEmpty, drain(within: Self.keptMilliseconds) else { return }
            auditRest(isOver: false)
            guard environment.violations.isEmpty, drain() else { return }
            auditRest()
        }
    }

    /// Lets schedules take the ticks that are due, and no more: else there would never be rest. Returns when they would tick next.
    private func stopTicking() -> [String: Int64] {
        guard let process else { return [:] }
        // The first turn may be a commit that was tried before.
        for _ in 0..<2 { for group in 0..<process.engine.groupCount { turn(group, inputs: 0) } }
        let schedules = process.engine.statistics.schedules
        process.engine.stopSchedules()
        return Dictionary(uniqueKeysWithValues: schedules.map { ($0.name, $0.nextMilliseconds ?? -1) })
    }

    /// Nothing but what is kept for a time is still to come after so long.
    private static let keptMilliseconds: Int64 = 1_800_000

    /// Takes steps until there is nothing left to do, or nothing within a time. Returns false where that does not end.
    private func drain(answers: Bool = true, within milliseconds: Int64 = .max) -> Bool {
        var idleRounds = 0
        /// When something was committed last, or somebody outside did something.
        var lastChange = environment.now
        for _ in 0..<20_000 {
            guard environment.violations.isEmpty, let process else { return false }
            environment.nextStep()
            let engine = process.engine
            let before = engine.commits
            var did = false
            for source in process.sources where source.fetch(&random, all: true) { did = true }
            for group in 0..<engine.groupCount {
                if engine.waitingInputs(group) > 0 || process.blocked.contains(group) { did = true }
                turn(group, inputs: engine.waitingInputs(group))
            }
            sync()
            release()
            if writeBack() { did = true }
            if process.sink.write(&random, all: true) { did = true }
            if process.sink.acknowledge(&random, all: true) { did = true }
            if answers, !environment.gates.ids.isEmpty {
                answer()
                did = true
            }
            if engine.commits != before { lastChange = environment.now }
            // Searches for rings go on for as long as somebody stands in line, who may wait for somebody outside.
            if environment.now - lastChange > plan.searchMilliseconds, scenario.finish(engine, &random) {
                lastChange = environment.now
                did = true
            }
            if did || engine.commits != before {
                idleRounds = 0
                continue
            }
            let wakes = (0..<engine.groupCount).compactMap { engine.nextWake($0, now: environment.now) }
            if let wake = wakes.min(), wake <= environment.now || wake - environment.now < milliseconds {
                environment.now = max(wake, environment.now)
                idleRounds += 1
                if idleRounds < 1_000 { continue }
                environment.violate("a group wants to wake at \(wake), and does nothing")
                return false
            }
            if process.sources.allSatisfy(\.isAtEnd) {
                guard scenario.finish(engine, &random) else { return true }
                idleRounds = 0
                continue
            }
            idleRounds += 1
            if idleRounds > 100 {
                environment.violate("a source does not go on: \(engine.intakes.map(\.saturationReason))")
                return false
            }
        }
        let open = process?.engine.openInvocations ?? []
        environment.violate(
            "the engine does not come to rest: \(open.map { "\($0.id) of \($0.service)/\($0.key) is \($0.state), and \($0.behind) stand behind it" })"
        )
        return false
    }

    private func auditRest(isOver: Bool = true) {
        guard let process else { return }
        var stopped: [SimulatedLog.Place: Int64] = [:]
        for source in process.sources { stopped.merge(source.stoppedAt) { $1 } }
        audit { try scenario.problemsAtRest(process.engine, stopped: stopped, isOver: isOver) }
        let statistics = process.engine.statistics
        func expect(_ what: String, _ is: Int, _ should: Int) {
            if `is` != should { environment.violate("\(what) should be \(should) at rest, and is \(`is`)") }
        }
        expect("waiting invocations", statistics.waitingInvocations, 0)
        expect("undelivered bytes", statistics.undeliveredBytes, 0)
        for intake in process.engine.intakes {
            expect("records in flight", intake.inFlight.records, 0)
            expect("bytes in flight", intake.inFlight.bytes, 0)
        }
        if !process.engine.holdsNothing { environment.violate("something waits to be released") }
    }
}
