import Millrace
import MillraceStore
import MillraceTesting
import Testing

@testable import MillraceEngine
@testable import MillraceFile

/// A source with its thread, and an engine with its threads, on a simulated disk.
@Suite(.timeLimit(.minutes(30))) struct LineSourceTests {
    private let disk = SimulatedDisk()

    /// Appends each line to the list of its key, which is the line's first character.
    private static let list = ServiceDefinition(
        name: "List", kind: .virtualObject,
        handlers: [
            .direct("add", ObjectContext.init, input: .text) { context, line in
                let key = StateKey<String>("list", serde: .text)
                context.set(key, (try context.get(key) ?? "") + line + " ")
                if line.hasSuffix("bad") { throw TerminalError("bad") }
            }
        ])

    /// Runs an engine over a file until a condition holds, and stops it as SIGTERM would.
    private func run(
        _ file: TemporaryFile, start: StartPosition = .earliest, untilEnd: Bool = true,
        until condition: (EngineStatistics.Subscription) -> Bool = { $0.partitions.first?.status == .finished }
    ) throws -> EngineStatistics {
        let engine = try Engine(
            options: EngineOptions(), services: [Self.list],
            subscriptions: [
                SubscriptionDefinition(
                    name: "lines", service: "List", handler: "add", key: .json([.member("k")]), start: start)
            ], sinks: [], disk: disk, clock: ManualClock(), observer: SilentObserver())
        var options = LineSource.Options()
        options.endsAtEndOfFile = untilEnd
        options.cadence.pollMilliseconds = 1
        options.maxLineBytes = 100
        let source = LineSource(.file(path: file.path), intake: engine.intakes[0], options: options, log: { _ in })
        try engine.start(sources: [source])
        let pause = Signal()
        while !(condition(engine.statistics.subscriptions[0]) && engine.isIdle) { pause.wait(timeoutMilliseconds: 2) }
        engine.stop(sources: [source])
        return engine.statistics
    }

    @Test func aRunGoesOnWhereTheLastOneEnded() throws {
        let file = try TemporaryFile("1\n2\n")
        #expect(try run(file).records == 2)
        #expect(try run(file).records == 0)
        try file.append("3\n")
        #expect(try run(file).records == 1)
    }

    /// Without a key each record is parked by itself, and none twice.
    @Test func recordsThatFailWaitForThemselvesOnly() throws {
        let file = try TemporaryFile("1\n\(String(repeating: "x", count: 101))\n3\n")
        let statistics = try run(file)
        #expect(statistics.records == 3)
        #expect(statistics.parkedKeys == 3)
        let again = try run(file)
        #expect(again.records == 0)
        #expect(again.parkedKeys == 3)
    }

    /// The first run found nothing, and the second one must not take the end of its own time for the end of the first.
    @Test func latestIsTheLatestOfTheFirstRun() throws {
        let file = try TemporaryFile("1\n2\n")
        #expect(try run(file, start: .latest).records == 0)
        try file.append("3\n")
        #expect(try run(file, start: .latest).records == 1)
    }

    @Test func followsUntilItIsStopped() throws {
        let file = try TemporaryFile("1\n")
        let statistics = try run(file, untilEnd: false) { $0.partitions.first?.position == 2 }
        #expect(statistics.records == 1)
    }
}

/// Keeps what it is told to itself.
private final class SilentObserver: EngineObserver {
    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {}
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) {}
    func keyParked(_ event: FailureEvent) {}
    func recordSkipped(_ event: FailureEvent) {}
    func handlerBlocked(_ event: BlockedHandlerEvent) {}
    func warning(_ message: String) {}
    func storageBlocked(_ error: StoreFailure) {}
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) {}
}
