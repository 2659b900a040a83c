import MillraceEngine
import Synchronization

/// Simulations of many seeds, on several threads.
package struct Campaign: Sendable {
    /// What the runs came to.
    package struct Outcome: Sendable {
        package var runs = 0
        package var steps = 0
        package var crashes = 0
        package var records = 0
        package var coverage = Coverage()
        /// The reports of seeds that failed, in the order of the seeds.
        package var failures: [SimulationReport] = []
    }

    private let seeds: Range<UInt64>
    private let kinds: [ScenarioKind]
    private let mutation: Mutation?
    private let threads: Int
    private let maxFailures: Int

    /// - Parameter maxFailures: no more runs are begun when so many have failed.
    package init(
        seeds: Range<UInt64>, kinds: [ScenarioKind] = ScenarioKind.allCases, mutation: Mutation? = nil,
        threads: Int = 2, maxFailures: Int = 10
    ) {
        self.seeds = seeds
        self.kinds = kinds
        self.mutation = mutation
        self.threads = max(1, threads)
        self.maxFailures = maxFailures
    }

    /// Runs all seeds, and calls `progress` now and then with what there is so far. Blocks until all is done.
    package func run(progress: @escaping @Sendable (Outcome) -> Void = { _ in }) -> Outcome {
        let shared = Shared(next: seeds.lowerBound)
        let workers = (0..<threads).map { number in
            OSThread(name: "simulation\(number)") { work(shared, progress) }
        }
        for worker in workers { worker.join() }
        // Where the machine has no threads to give, this one does what is left.
        work(shared, progress)
        return shared.state.withLock { state in
            state.outcome.failures.sort { $0.seed < $1.seed }
            return state.outcome
        }
    }

    private final class Shared: Sendable {
        let state: Mutex<(next: UInt64, outcome: Outcome)>
        init(next: UInt64) { state = Mutex((next, Outcome())) }
    }

    private func work(_ shared: Shared, _ progress: (Outcome) -> Void) {
        while let seed = take(shared) {
            for kind in kinds { run(seed, kind, shared, progress) }
        }
    }

    private func run(_ seed: UInt64, _ kind: ScenarioKind, _ shared: Shared, _ progress: (Outcome) -> Void) {
        let report = Simulation(seed: seed, kind: kind, mutation: mutation).run()
        let soFar = shared.state.withLock { state in
            state.outcome.runs += 1
            state.outcome.steps += report.steps
            state.outcome.crashes += report.crashes
            state.outcome.records += report.records
            state.outcome.coverage.add(report.coverage)
            if !report.violations.isEmpty { state.outcome.failures.append(report) }
            return state.outcome
        }
        if soFar.runs % 1_000 == 0 { progress(soFar) }
    }

    private func take(_ shared: Shared) -> UInt64? {
        shared.state.withLock { state in
            guard state.next < seeds.upperBound, state.outcome.failures.count < maxFailures else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }
}
