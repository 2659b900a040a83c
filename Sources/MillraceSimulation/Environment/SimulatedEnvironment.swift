import MillraceEngine
import MillraceTesting

/// The world around the engine that no crash takes away: log, disk, output, what handlers call, the time; and what was seen
/// to be wrong.
///
/// Used by the one thread of a simulation; that makes `@unchecked Sendable` true.
final class SimulatedEnvironment: @unchecked Sendable {
    let plan: SimulationPlan
    let log: SimulatedLog
    let workload: Workload
    let disk = SimulatedDisk()
    let output = OutputLog()
    let gates = Gates()
    var now: Int64 = 1_700_000_000_000
    /// Offsets committed to the consumer group.
    var groupOffsets: [SimulatedLog.Place: Int64] = [:]
    /// How often each command was tried, over all lives.
    var attempts: [String: Int] = [:]
    /// The earliest time at which a delayed command may be run, by any attempt to send it.
    var earliest: [String: Int64] = [:]
    /// What runs now, in this life.
    var running: [Target: String] = [:]
    /// Whether an attempt was given up in time because a step did not return.
    var gaveUp: (FailureEvent) -> Bool = { _ in false }
    private(set) var coverage = Coverage()
    private(set) var violations: [String] = []
    private let isTracing: Bool
    private(set) var lines: [String] = []
    private(set) var stepNumber = 0

    init(_ plan: SimulationPlan, isTracing: Bool) {
        self.plan = plan
        self.isTracing = isTracing
        log = SimulatedLog(plan.topics)
        workload = Workload(plan)
    }

    func violate(_ text: String) {
        violations.append(text)
        trace("VIOLATION: \(text)")
    }

    func cover(_ event: Coverage.Event) { coverage.note(event) }

    func nextStep() { stepNumber += 1 }

    func trace(_ line: @autoclosure () -> String) {
        guard isTracing else { return }
        lines.append("\(stepNumber) +\(now - 1_700_000_000_000)ms  \(line())")
        if lines.count > 100_000 { lines.removeFirst(50_000) }
    }
}
