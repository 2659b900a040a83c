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
/// let app = try TestApplication([Counter()])
/// let total: Int = try app.call(Counter.self, key: "a", "add", 1)
/// #expect(total == 1)
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

    /// A record that a handler emitted.
    public struct EmittedRecord: Sendable, Equatable {
        /// The topic.
        public let topic: String
        /// The key, or `nil`.
        public let key: [UInt8]?
        /// The value, or `nil`.
        public let value: [UInt8]?

        /// The value as text.
        public var text: String { String(decoding: value ?? [], as: UTF8.self) }
    }

    private let services: [ServiceDefinition]
    private let crashes: Crashes
    private let options: EngineOptions
    private let disk = SimulatedDisk()
    private let clock: ManualClock
    private let sink = TestSink()
    private let observer = TestObserver()
    private var engine: SteppedEngine?
    private var offsets: [String: Int64] = [:]
    /// How often the process has been crashed.
    public private(set) var crashCount = 0

    /// Starts services.
    ///
    /// - Parameters:
    ///   - crashes: when the process dies and starts again.
    ///   - startMilliseconds: what the clock shows first, in milliseconds since 1970.
    /// - Throws: where two services or handlers have the same name.
    public convenience init(
        _ services: [any DurableService], crashes: Crashes = .never, startMilliseconds: Int64 = 1_700_000_000_000
    ) throws {
        try self.init(definitions: services.map(\.definition), crashes: crashes, startMilliseconds: startMilliseconds)
    }

    /// Starts services that are written by hand.
    public convenience init(
        definitions: [ServiceDefinition], crashes: Crashes = .never, startMilliseconds: Int64 = 1_700_000_000_000
    ) throws {
        try self.init(definitions, crashes, startMilliseconds, adjusting: { _ in })
    }

    package init(
        _ definitions: [ServiceDefinition], _ crashes: Crashes, _ startMilliseconds: Int64 = 1_700_000_000_000,
        adjusting adjust: (inout EngineOptions) -> Void
    ) throws {
        services = definitions
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
        let subscriptions = services.flatMap { service in
            service.handlers.map { handler in
                SubscriptionDefinition(
                    name: "\(service.name)/\(handler.name)", service: service.name, handler: handler.name,
                    key: service.kind == .service ? .none : .record)
            }
        }
        let engine = try SteppedEngine(
            options: options, services: services, subscriptions: subscriptions, sinks: [("main", sink)], disk: disk,
            observer: observer)
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

    // MARK: Messages

    /// Delivers a record, as a subscription of that handler would.
    public func send(
        record value: [UInt8], key: ObjectKey, to service: String, _ handler: String, topic: String = "test"
    ) throws {
        guard let engine, let intake = engine.intakes.first(where: { $0.subscription.name == "\(service)/\(handler)" })
        else {
            throw TestError.unknownHandler("\(service)/\(handler)")
        }
        let place = "\(intake.subscription.name) \(topic)"
        let (slot, position) = intake.open(topic: topic, partition: 0)
        if case .start = position { intake.begin(slot: slot, at: 0) }
        let offset = offsets[place, default: 0]
        offsets[place] = offset + 1
        let batch = intake.makeBatch()
        unsafe key.bytes.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                unsafe batch.append(slot: slot, offset: offset, timestamp: nowMilliseconds, key: key, value: value)
            }
        }
        batch.finishRecord()
        batch.advance(slot: slot, next: offset + 1)
        intake.deliver(batch)
        try settle()
    }

    /// Invokes a handler without waiting for its end, and returns the invocation's id.
    @discardableResult
    public func start(
        _ service: String, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String, payload: [UInt8] = [],
        idempotencyKey: String? = nil, after delay: Duration = .zero
    ) throws -> InvocationID {
        let id = Kept<InvocationID>()
        // Results of requests from outside die with the process that waits for them: a key of its own keeps this one's.
        requests += 1
        let target = HandlerTarget(
            service: service, handler: handler, key: key.bytes, idempotencyKey: idempotencyKey ?? "test-\(requests)")
        try engine?.desk.invoke(
            target, payload: payload, delayMilliseconds: delay.wholeMilliseconds, accepted: { id.put($0) })
        // Until the id is known nothing may crash: a request that is not durable is the caller's to repeat.
        try turnAll()
        guard let id = id.value else { throw TestError.noAnswer }
        try settle()
        return id
    }
    private var requests = 0

    /// Calls a handler, and returns its result when everything has come to rest.
    ///
    /// - Throws: ``TerminalError`` where the invocation failed; ``TestError`` where it has not ended.
    public func call(
        _ service: String, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String, payload: [UInt8] = [],
        idempotencyKey: String? = nil
    ) throws -> [UInt8] {
        let id = try start(service, key: key, handler, payload: payload, idempotencyKey: idempotencyKey)
        guard let result = try output(of: id) else { throw TestError.notEnded(id) }
        return result
    }

    /// Calls a handler with JSON in and out.
    public func call<Target: DurableService, Input: Codable & SendableMetatype, Output: Codable & SendableMetatype>(
        _ target: Target.Type, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String, _ input: Input
    ) throws -> Output {
        let result = try call(Target.serviceName, key: key, handler, payload: try Serde<Input>.json.bytes(of: input))
        return try Self.decode(result)
    }

    /// Calls a handler without input, with JSON out.
    public func call<Target: DurableService, Output: Codable & SendableMetatype>(
        _ target: Target.Type, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String
    ) throws -> Output {
        try Self.decode(try call(Target.serviceName, key: key, handler))
    }

    /// No bytes at all are the result that is absent.
    private static func decode<Output: Codable & SendableMetatype>(_ bytes: [UInt8]) throws -> Output {
        try Serde<Output>.json.value(of: bytes.isEmpty ? Array("null".utf8) : bytes)
    }

    /// An invocation's result, or `nil` where it has none yet.
    ///
    /// - Throws: ``TerminalError`` where it failed, or is not known.
    public func output(of id: InvocationID) throws -> [UInt8]? {
        let result = Kept<DurableResult>()
        engine?.desk.output(of: id, waits: false) { result.put($0) }
        try turnAll()
        switch result.value {
        case .value(let value): return value
        case .failure(let error): throw error
        case .void: return nil
        case nil: throw TestError.noAnswer
        }
    }

    /// Completes an awakeable with bytes.
    public func resolveAwakeable(_ id: String, _ value: [UInt8]) throws {
        guard let awakeable = AwakeableID(id) else { throw ContextError.malformedAwakeable(id) }
        engine?.desk.signal(awakeable.invocation, .index(awakeable.index), .value(value))
        try turnAll()
        try settle()
    }

    /// Sends a signal with bytes to an invocation.
    public func signal(_ name: String, to id: InvocationID, _ value: [UInt8]) throws {
        engine?.desk.signal(id, .name(name), .value(value))
        try turnAll()
        try settle()
    }

    /// Cancels an invocation: its handler sees a ``TerminalError`` at its next wait.
    public func cancel(_ id: InvocationID) throws { try control(id, .cancel) }

    package func control(_ id: InvocationID, _ control: InvocationControl) throws {
        let result = Kept<DurableResult>()
        engine?.desk.control(id, control) { result.put($0) }
        try turnAll()
        try settle()
        if case .failure(let error) = result.value { throw error }
    }

    // MARK: What there is to see

    /// The state of an object, by name.
    public func state(of service: String, key: ObjectKey) throws -> [String: [UInt8]] {
        try engine?.state(service: service, key: key.bytes) ?? [:]
    }

    /// The records that were emitted, in order, each once.
    public var emitted: [EmittedRecord] { sink.records }

    /// What went wrong: failed attempts, parked keys, misuse of contexts.
    public var failures: [String] { observer.failures }

    package var statistics: EngineStatistics? { engine?.statistics }

    // MARK: Life

    /// Ends the process as ``kill -9`` would, keeps what was durable, and starts again.
    public func crash() throws {
        crashCount += 1
        engine?.drainTasks()
        engine = nil
        disk.crash(keeping: 0)
        try start()
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

    private func turnAll() throws {
        guard let engine else { return }
        for group in 0..<engine.groupCount {
            try engine.turn(group, inputs: engine.waitingInputs(group), now: nowMilliseconds)
        }
        _ = try engine.sync()
        engine.release(upTo: engine.commits.durable)
    }
}

/// Why a test cannot go on.
public enum TestError: Error, CustomStringConvertible, Sendable {
    /// No service of the test has that handler.
    case unknownHandler(String)
    /// The invocation waits for something, or is to be tried again later.
    case notEnded(InvocationID)
    /// Things keep happening without time passing.
    case restless
    /// The engine did not answer.
    case noAnswer

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .unknownHandler(let name): "no service of this test has a handler \(name)"
        case .notEnded(let id):
            "\(id) has not ended: it waits, or has failed and is tried again later; see 'failures', or 'advance(by:)' the clock"
        case .restless: "the services keep each other busy without time passing; do they send in circles?"
        case .noAnswer: "the engine did not answer"
        }
    }
}

/// A value that arrives from a callback.
private final class Kept<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)
    var value: Value? { stored.withLock { $0 } }
    func put(_ value: Value) { stored.withLock { $0 = value } }
}
