import MillraceSimulation
import Testing

/// The engine in a simulated world, by seed. `make soak SEEDS=10000` runs more of them.
@Suite(.timeLimit(.minutes(5)))
struct SimulationTests {
    /// Each argument is a run of ten seeds.
    @Test(arguments: UInt64(0)..<20) func nothingIsLostDoubledOrReordered(tens: UInt64) {
        for seed in tens * 10..<tens * 10 + 10 {
            let report = Simulation(seed: seed).run()
            #expect(report.violations.isEmpty, "seed \(seed) FAILED\n\(report.description)")
        }
    }

    @Test(arguments: [UInt64(3), 17, 42]) func sameSeedIsTheSameRun(seed: UInt64) {
        let first = Simulation(seed: seed, isTracing: true).run()
        let second = Simulation(seed: seed, isTracing: true).run()
        #expect(first.trace == second.trace)
        #expect(first.trace.count > 100)
    }

    /// A simulator that does not notice what is wrong is worth nothing: each mistake is found within so many seeds.
    @Test(arguments: Mutation.allCases) func noticesAMistake(mutation: Mutation) {
        for seed in UInt64(0)..<250 where !Simulation(seed: seed, mutation: mutation).run().violations.isEmpty {
            return
        }
        Issue.record("250 seeds, and '\(mutation)' is not noticed")
    }
}
