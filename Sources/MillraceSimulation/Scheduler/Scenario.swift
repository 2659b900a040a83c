import Millrace
import MillraceEngine

/// What a simulated engine is to do, what the world around its handlers does, and whether all that came of it is right.
protocol Scenario: AnyObject {
    var services: [ServiceDefinition] { get }

    /// Whether all records have been made.
    var isFinished: Bool { get }
    /// Makes the next record; its value will be its id and its key.
    func nextRecord() -> ScenarioRecord

    /// A process has begun, on what the last one has left.
    func opened(_ engine: SteppedEngine)
    /// A group of shards begins a turn, and its turn has been committed.
    func beginTurn(of group: Int)
    func committed(_ group: Int, as commit: UInt64)
    /// Somebody outside does something.
    func act(_ engine: SteppedEngine, _ random: inout SimulationRandom)
    /// Does what is left when nothing happens by itself. Returns false where there is nothing.
    func finish(_ engine: SteppedEngine, _ random: inout SimulationRandom) -> Bool
    /// The process is gone; commits up to this one were known to be durable.
    func crashed(durable: UInt64)

    /// What is wrong with what a crash has left.
    func problemsAfterCrash() throws -> [String]
    /// What is wrong with the ticks of schedules that stand still, by when they would tick next.
    func problemsOfTicks(next: [String: Int64]) throws -> [String]
    /// What is wrong when nothing is left to do.
    ///
    /// - Parameters:
    ///   - stopped: where partitions have been stopped by their policy.
    ///   - isOver: whether everything has passed that is kept for a time.
    func problemsAtRest(
        _ engine: SteppedEngine, stopped: [SimulatedLog.Place: Int64], isOver: Bool
    ) throws -> [String]
}

extension Scenario {
    func problemsOfTicks(next: [String: Int64]) -> [String] { [] }
}

/// A record that a scenario makes.
struct ScenarioRecord {
    let topic: Workload.Topic
    let partition: Int
    let id: String
    let key: String
    let description: String
}

/// The kinds of simulated runs.
package enum ScenarioKind: String, CaseIterable, Sendable {
    /// Records with their effects: state, sends, timers, emitted records; failing and slow handlers.
    case records
    /// Durable execution: handlers that wait, are replayed, called, cancelled.
    case scripts
}
