public import Millrace
package import MillraceEngine
import MillraceStore
import Synchronization

/// Services in a test: without Kafka, without a disk, with a clock that stands still until the test moves it.
///
/// Everything runs on the test's thread, step by step, when the test asks for it, and comes to rest before a call returns. With
/// ``Crashes/everywhere`` the process is crashed after every single turn, so that each handler is replayed from each entry of its
/// journal: a handler that passes so is deterministic.
///
/// ```swift
/// let app = try TestApplication([Counter()], crashes: .everywhere)
/// #expect(try app.call(Counter.self, key: "a") { $0.add(1) } == 1)
/// ```
///
/// Not thread-safe: use it in one task.
public final class TestApplication {
    /// When the simulated process dies and starts again.
    public enum Crashes: Sendable {
        /// Only where the test says ``TestApplication/crash()``.
        case never
        /// After every turn in which something was decided.
        case everywhere
    }

    private var services: [ServiceDefinition]
    private let subscriptions: [SubscriptionDefinition]
    private let schedules: [ScheduleDefinition]
    private let crashes: Crashes
    private let options: EngineOptions
    private let disk = SimulatedDisk()
    private let clock: ManualClock
    let sink = TestSink()
    let observer = TestObserver()
    private(set) var engine: SteppedEngine?
    /// The next offset of each topic of a subscription.
    var offsets: [String: Int64] = [:]
    /// How many requests have been made.
    var requests = 0
    /// How often the process has been crashed.
    public private(set) var crashCount = 0

    /// Starts services.
    ///
    /// - Parameters:
    ///   - subscriptions: how records reach handlers. A handler for which there is none gets them by the record's own key.
    ///   - schedules: handlers that are invoked at times, as the clock is moved on.
    ///   - crashes: when the process dies and starts again.
    ///   - startMilliseconds: what the clock shows first, in milliseconds since 1970.
    /// - Throws: where two services or handlers have the same name, or a subscription or schedule is none.
    public convenience init(
        _ services: [any DurableService], subscriptions: [TestSubscription] = [], schedules: [TestSchedule] = [],
        crashes: Crashes = .never, startMilliseconds: Int64 = 1_700_000_000_000
    ) throws {
        try self.init(
            definitions: services.map(\.definition), subscriptions: subscriptions, schedules: schedules,
            crashes: crashes, startMilliseconds: startMilliseconds)
    }

    /// Starts services that are written by hand.
    public convenience init(
        definitions: [ServiceDefinition], subscriptions: [TestSubscription] = [], schedules: [TestSchedule] = [],
        crashes: Crashes = .never, startMilliseconds: Int64 = 1_700_000_000_000
    ) throws {
        try self.init(
            definitions, crashes, startMilliseconds, subscriptions: try subscriptions.map { try $0.definition },
            schedules: try schedules.map { try $0.definition }, adjusting: { _ in })
    }

    /// - Parameter subscriptions: those that say more than that a handler gets records by their own key.
    package init(
        _ definitions: [ServiceDefinition], _ crashes: Crashes, _ startMilliseconds: Int64 = 1_700_000_000_000,
        subscriptions: [SubscriptionDefinition] = [], schedules: [ScheduleDefinition] = [],
        adjusting adjust: (inout EngineOptions) -> Void
    ) throws {
        services = definitions
        let implied = definitions.flatMap { service in
            service.handlers.map { handler in
                SubscriptionDefinition(
                    name: "\(service.name)/\(handler.name)", service: service.name, handler: handler.name,
                    key: service.kind == .service ? .none : .record)
            }
        }
        self.subscriptions =
            subscriptions
            + implied.filter { implied in
                !subscriptions.contains { $0.service == implied.service && $0.handler == implied.handler }
            }
        self.schedules = schedules
        self.crashes = crashes
        clock = ManualClock(startMilliseconds)
        var options = EngineOptions()
        options.shardCount = 4
        options.threads = 2
        adjust(&options)
        self.options = options
        try start()
    }

    deinit { engine?.drainTasks() }

    private func start() throws {
        let engine = try SteppedEngine(
            options: options, services: services, subscriptions: subscriptions, schedules: schedules,
            sinks: [("main", sink)], disk: disk, observer: observer)
        self.engine = engine
        engine.resend()
    }

    // MARK: Time

    /// What the clock shows, in milliseconds since 1970.
    public var nowMilliseconds: Int64 { clock.nowMilliseconds }

    /// Moves the clock, and lets happen what becomes due on the way, each thing at its time.
    public func advance(by duration: Duration) throws {
        let end = nowMilliseconds + duration.wholeMilliseconds
        try settle()
        while let next = nextWake, next <= end {
            clock.advance(byMilliseconds: max(0, next - nowMilliseconds))
            try settle()
        }
        clock.advance(byMilliseconds: end - nowMilliseconds)
        try settle()
    }

    private var nextWake: Int64? {
        guard let engine else { return nil }
        return (0..<engine.groupCount).compactMap { engine.nextWake($0, now: nowMilliseconds) }.filter {
            $0 > nowMilliseconds
        }.min()
    }

    // MARK: Life

    /// Ends the process as ``kill -9`` would, keeps what was durable, and starts again.
    ///
    /// - Parameter downtime: how far the clock moves on meanwhile.
    public func crash(downFor downtime: Duration = .zero) throws {
        crashCount += 1
        engine?.drainTasks()
        engine = nil
        disk.crash(keeping: 0)
        clock.advance(byMilliseconds: downtime.wholeMilliseconds)
        try start()
    }

    /// Ends the process, and starts another version of the services on what was durable: what waits is replayed by the new code. What
    /// comes in through subscriptions goes to the handlers that there were at first.
    ///
    /// - Throws: where two services or handlers have the same name, or a handler of a subscription is gone.
    public func update(to services: [any DurableService]) throws {
        try update(definitions: services.map(\.definition))
    }

    /// The same with services that are written by hand.
    public func update(definitions: [ServiceDefinition]) throws {
        services = definitions
        try crash()
        try settle()
    }

    /// Lets everything happen that can without time passing.
    public func settle() throws {
        var rounds = 0
        while let decided = try step() {
            rounds += 1
            guard rounds < Self.maxRounds else { throw TestError.restless }
            if decided, crashes == .everywhere { try crash() }
        }
    }

    private static let maxRounds = 10_000

    /// A turn of each group and a sync. Returns whether anything was decided, or `nil` when there is nothing left to do.
    private func step() throws -> Bool? {
        guard let engine else { return nil }
        let before = engine.commits.latest
        try turnAll()
        let hasInputs = (0..<engine.groupCount).contains { engine.waitingInputs($0) > 0 }
        let hasWork = (0..<engine.groupCount).contains {
            (engine.nextWake($0, now: nowMilliseconds) ?? .max) <= nowMilliseconds
        }
        if engine.commits.latest != before { return true }
        return hasInputs || hasWork ? false : nil
    }

    /// A turn of each group, and a sync.
    func turnAll() throws {
        guard let engine else { return }
        for group in 0..<engine.groupCount {
            try engine.turn(group, inputs: engine.waitingInputs(group), now: nowMilliseconds)
        }
        _ = try engine.sync()
        engine.release(upTo: engine.commits.durable)
    }
}
