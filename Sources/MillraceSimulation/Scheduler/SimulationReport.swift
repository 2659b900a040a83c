/// How a simulated run went.
package struct SimulationReport: Sendable {
    package let seed: UInt64
    package let plan: String
    /// What was wrong; empty where all was right.
    package let violations: [String]
    package let steps: Int
    package let crashes: Int
    package let records: Int
    /// How many different commands were tried.
    package let commands: Int
    package let coverage: Coverage
    package let kind: ScenarioKind
    package let trace: [String]

    /// What a person needs to see it again.
    package var description: String {
        """
        \(violations.prefix(5).joined(separator: "\n"))
        \(plan)
        again, with all that happened: make soak SEEDS=1 FROM=\(seed) KIND=\(kind.rawValue) TRACE=100000
        """
    }
}
