import Glibc
import MillraceSimulation

/// Runs simulations by seed, and shows the end of the trace of one that fails.
///
/// `millrace-soak [--seeds N] [--from S] [--mutation NAME] [--lines N]`
func main() -> Int32 {
    var seeds: UInt64 = 1_000
    var from: UInt64 = 0
    var lines = 60
    var mutation: Mutation?
    var arguments = CommandLine.arguments.dropFirst()
    while let option = arguments.popFirst() {
        let value = arguments.popFirst() ?? ""
        switch option {
        case "--seeds": seeds = UInt64(value) ?? seeds
        case "--from": from = UInt64(value) ?? from
        case "--lines": lines = Int(value) ?? lines
        case "--mutation":
            mutation = Mutation(rawValue: value)
            if mutation == nil {
                print("there is no mutation '\(value)'; there are \(Mutation.allCases.map(\.rawValue))")
                return 64
            }
        default:
            print(
                "usage: millrace-soak [--seeds N] [--from S] [--lines N] [--mutation \(Mutation.allCases.map(\.rawValue).joined(separator: "|"))]"
            )
            return 64
        }
    }
    var steps = 0
    var crashes = 0
    var records = 0
    var failed: [UInt64] = []
    for seed in from..<from &+ seeds {
        let report = Simulation(seed: seed, mutation: mutation).run()
        steps += report.steps
        crashes += report.crashes
        records += report.records
        if !report.violations.isEmpty {
            failed.append(seed)
            if failed.count == 1 {
                // The same seed again, this time written down.
                let traced = Simulation(seed: seed, mutation: mutation, isTracing: true).run()
                for line in traced.trace.suffix(lines) { print(line) }
            }
            print("seed \(seed) FAILED\n\(report.description)")
            if failed.count >= 10 { break }
        }
        let done = seed - from + 1
        if done % 500 == 0 || done == seeds {
            print(
                "\(done) of \(seeds) seeds, \(steps) steps, \(records) records, \(crashes) crashes, \(failed.count) failed"
            )
        }
    }
    return failed.isEmpty ? 0 : 1
}

exit(main())
