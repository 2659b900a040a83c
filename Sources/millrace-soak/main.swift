import Glibc
import MillraceSimulation

/// What the command line asks for.
struct Arguments {
    static let usage = """
        usage: millrace-soak [--seeds N] [--from SEED] [--kind NAME] [--trace LINES] [--mutation NAME]

        Runs the simulator over N seeds (1000), the first of which is SEED (1), on all cores: each of them in all kinds of
        runs, or in one: \(ScenarioKind.allCases.map(\.rawValue).joined(separator: ", ")). Of the first seed that fails
        it shows the last LINES lines (0) of what happened. A mutation is a mistake that is made on purpose:
        \(Mutation.allCases.map(\.rawValue).joined(separator: ", "))
        """

    var seeds: UInt64 = 1_000
    var from: UInt64 = 1
    var kinds = ScenarioKind.allCases
    var lines = 0
    var mutation: Mutation?

    /// `nil` where the arguments are not understood.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch option {
            case "--seeds":
                guard let number = UInt64(value), number > 0 else { return nil }
                seeds = number
            case "--from":
                guard let number = UInt64(value) else { return nil }
                from = number
            case "--kind":
                guard let kind = ScenarioKind(rawValue: value) else { return nil }
                kinds = [kind]
            case "--trace":
                guard let number = Int(value), number >= 0 else { return nil }
                lines = number
            case "--mutation":
                guard let known = Mutation(rawValue: value) else { return nil }
                mutation = known
            default: return nil
            }
        }
        guard from.addingReportingOverflow(seeds).overflow == false else { return nil }
    }
}

func main() -> Int32 {
    guard let arguments = Arguments(Array(CommandLine.arguments.dropFirst())) else {
        print(Arguments.usage)
        return 64
    }
    let total = arguments.seeds * UInt64(arguments.kinds.count)
    @Sendable func say(_ outcome: Campaign.Outcome) {
        print(
            "\(outcome.runs) of \(total) runs, \(outcome.steps) steps, \(outcome.records) records, \(outcome.crashes) crashes, \(outcome.failures.count) failed"
        )
    }
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let campaign = Campaign(
        seeds: arguments.from..<arguments.from + arguments.seeds, kinds: arguments.kinds, mutation: arguments.mutation,
        threads: cores)
    let outcome = campaign.run(progress: say)
    if let first = outcome.failures.first, arguments.lines > 0 {
        // The same seed again, this time written down.
        let traced = Simulation(seed: first.seed, kind: first.kind, mutation: arguments.mutation, isTracing: true).run()
        for line in traced.trace.suffix(arguments.lines) { print(line) }
    }
    for report in outcome.failures { print("seed \(report.seed) FAILED\n\(report.description)") }
    say(outcome)
    print("exercised: \(outcome.coverage.description)")
    return outcome.failures.isEmpty ? 0 : 1
}

exit(main())
