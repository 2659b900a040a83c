import MillraceSimulation
import Testing

/// The engine in a simulated world, by seed. `make soak SEEDS=10000` runs more of them.
@Suite(.timeLimit(.minutes(30)))
struct SimulationTests {
    /// Nothing is lost, doubled or reordered, no replay differs from what was; and the runs have done all that they are meant to
    /// check: a crash at every point, every operation, everything that people do with invocations.
    @Test func allSeedsEndWell() {
        let outcome = Campaign(seeds: 0..<150).run()
        for report in outcome.failures { Issue.record("seed \(report.seed) FAILED\n\(report.description)") }
        #expect(outcome.runs == 300)
        #expect(outcome.coverage.missing == [], "never happened in 150 seeds: \(outcome.coverage.description)")
    }

    @Test(arguments: [UInt64(3), 17, 42], ScenarioKind.allCases)
    func sameSeedIsTheSameRun(seed: UInt64, kind: ScenarioKind) {
        let first = Simulation(seed: seed, kind: kind, isTracing: true).run()
        let second = Simulation(seed: seed, kind: kind, isTracing: true).run()
        #expect(first.trace == second.trace)
        #expect(first.trace.count > 100)
    }

    /// A simulator that does not notice what is wrong is worth nothing: each mistake is found within so many seeds.
    @Test(arguments: Mutation.allCases) func noticesAMistake(mutation: Mutation) {
        for seed in UInt64(0)..<250 {
            let report = Simulation(seed: seed, kind: mutation.kind, mutation: mutation).run()
            if !report.violations.isEmpty { return }
        }
        Issue.record("250 seeds, and '\(mutation)' is not noticed")
    }
}
