import Millrace

/// The engine's side of invocations, in memory: it keeps what a handler does through its context.
///
/// It is unchecked because the tests use each one in one task at a time.
@safe final class FakeScope: InvocationScope, @unchecked Sendable {
    /// A message that a handler sent.
    struct Sent: Equatable {
        let service: String
        let handler: String
        var key: ObjectKey = ""
        var payload = ""
        var delayMilliseconds: Int64 = 0
    }

    /// The messages in the order in which they were sent.
    private(set) var sent: [Sent] = []
    /// The records that a handler emitted, in order.
    private(set) var emitted: [(key: [UInt8]?, value: [UInt8]?)] = []
    /// What operations that do not throw failed with.
    private(set) var failures: [any Error] = []
    /// The state, by name.
    private(set) var state: [String: [UInt8]] = [:]
    /// What a handler sent to an awakeable or as a signal.
    struct SentSignal: Equatable {
        let id: InvocationID
        let name: SignalName
        let result: DurableResult
    }
    /// Thrown where a handler waits for what the test has not answered.
    struct NeverComes: Error {}

    private(set) var signals: [SentSignal] = []
    /// The timers' times.
    private(set) var timers: [Int64] = []
    /// The handler's result.
    private(set) var output: String?
    /// How often a step's function ran.
    private(set) var stepRuns = 0
    /// The tasks of steps that run beside the handler.
    private(set) var tasks: [@Sendable () async -> Void] = []
    private var completions: UInt32 = 0
    private var outcomes: [DurableID: DurableOutcome] = [:]
    private var randomNumbers: UInt64 = 0
    private let keyBytes: UnsafeMutableRawBufferPointer
    private var lent: [UnsafeMutableRawBufferPointer] = unsafe []

    init(key: ObjectKey = "") { unsafe keyBytes = Self.allocate(key.bytes) }

    deinit {
        unsafe keyBytes.deallocate()
        unsafe lent.forEach { unsafe $0.deallocate() }
    }

    /// An invocation with this scope behind it.
    var handle: InvocationHandle { InvocationHandle(scope: self, ticket: 1) }

    private static func allocate(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        unsafe buffer.copyBytes(from: bytes)
        return unsafe buffer
    }

    // MARK: InvocationScope

    func invocationID(_ ticket: UInt64) -> InvocationID {
        InvocationID(keyHash: 1, dueMilliseconds: 0, originShard: 0, sequence: ticket)
    }

    func key(_ ticket: UInt64) throws -> UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(keyBytes) }

    func record(_ ticket: UInt64) throws -> SourceRecord? { nil }

    func requestBody(_ ticket: UInt64) throws -> [UInt8] { [] }

    func requestHeaders(_ ticket: UInt64) throws -> [InvocationHeader] { [] }

    func nextRandom(_ ticket: UInt64) -> UInt64 {
        randomNumbers += 1
        return randomNumbers &* 0x9E37_79B9_7F4A_7C15
    }

    func nowMilliseconds(_ ticket: UInt64) throws -> Int64 { 1_000 }

    func readState(_ key: StateEntry, _ ticket: UInt64) throws -> UnsafeRawBufferPointer? {
        guard let bytes = state[key.name] else { return nil }
        let buffer = unsafe Self.allocate(bytes)
        unsafe lent.append(buffer)
        return UnsafeRawBufferPointer(buffer)
    }

    func writeState(_ key: StateEntry, _ value: UnsafeRawBufferPointer, _ ticket: UInt64) throws {
        state[key.name] = unsafe [UInt8](value)
    }

    func clearState(_ name: String, _ ticket: UInt64) throws { state[name] = nil }

    func clearAllState(_ ticket: UInt64) throws { state = [:] }

    func stateNames(_ ticket: UInt64) throws -> [String] { state.keys.sorted() }

    func send(
        _ target: HandlerTarget, payload: UnsafeRawBufferPointer, delayMilliseconds: Int64, _ ticket: UInt64
    ) throws -> InvocationID {
        unsafe sent.append(
            Sent(
                service: target.service, handler: target.handler, key: ObjectKey(target.key),
                payload: String(decoding: payload, as: UTF8.self), delayMilliseconds: delayMilliseconds))
        return InvocationID(
            keyHash: 1, dueMilliseconds: UInt64(delayMilliseconds), originShard: 0, sequence: UInt64(sent.count))
    }

    func call(
        _ target: HandlerTarget, payload: UnsafeRawBufferPointer, _ ticket: UInt64
    ) throws -> (InvocationID, DurableID) {
        let id = try unsafe send(target, payload: payload, delayMilliseconds: 0, ticket)
        return (id, next())
    }

    func cancel(_ id: InvocationID, _ ticket: UInt64) throws {}

    func signal(_ id: InvocationID, _ signal: SignalName, _ result: DurableResult, _ ticket: UInt64) throws {
        signals.append(SentSignal(id: id, name: signal, result: result))
    }

    func attach(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID { next() }

    func output(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID { next() }

    // MARK: Waiting: what the test has answered is there, anything else never comes.

    private func next() -> DurableID {
        completions += 1
        return .completion(completions)
    }

    func timer(dueAtMilliseconds: Int64, _ ticket: UInt64) throws -> DurableID {
        timers.append(dueAtMilliseconds)
        return next()
    }

    func awakeable(_ ticket: UInt64) throws -> UInt32 { AwakeableID.firstIndex }

    func nextSignal(_ name: String, _ ticket: UInt64) throws -> DurableID { .namedSignal(name, 0) }

    func settle(_ wait: DurableWait, _ ticket: UInt64) throws -> Bool {
        let decision = wait.decide { id in
            outcomes[id].map { DurableWait.Decision(order: $0.order, isSuccess: $0.result.isSuccess) }
        }
        return decision != nil
    }

    func wait(for wait: DurableWait, _ ticket: UInt64) async throws { throw NeverComes() }

    func outcome(of id: DurableID, _ ticket: UInt64) throws -> DurableOutcome? { outcomes[id] }

    /// Lets something complete, after all that has completed so far.
    func answer(_ id: DurableID, _ result: DurableResult) {
        outcomes[id] = DurableOutcome(order: outcomes.count, result: result)
    }

    // MARK: Steps

    func beginStep(_ name: String, _ ticket: UInt64) throws -> (id: UInt32, isRecorded: Bool) {
        completions += 1
        return (completions, outcomes[.completion(completions)] != nil)
    }

    func isAtStake(_ ticket: UInt64) throws -> Bool { false }

    func durability(_ ticket: UInt64) async throws {}

    func openStep(_ id: UInt32, _ name: String, _ ticket: UInt64) throws { stepRuns += 1 }

    func endStep(_ id: UInt32, _ result: DurableResult, _ ticket: UInt64) throws { answer(.completion(id), result) }

    func stepFailed(
        _ id: UInt32, _ name: String, _ error: any Error, _ policy: RetryPolicy?, _ ticket: UInt64
    ) async throws {
        guard let policy, policy.pauseMilliseconds(afterAttempts: stepRuns, elapsedMilliseconds: 0) != nil else {
            throw TerminalError("\(error)")
        }
    }

    func startTask(_ operation: @escaping @Sendable () async -> Void) { tasks.append(operation) }

    func getPromise(_ name: String, _ ticket: UInt64) throws -> DurableID { next() }
    func peekPromise(_ name: String, _ ticket: UInt64) throws -> DurableID { next() }
    func completePromise(_ name: String, _ result: DurableResult, _ ticket: UInt64) throws -> DurableID { next() }

    func setOutput(_ value: [UInt8], _ ticket: UInt64) { output = String(decoding: value, as: UTF8.self) }

    func emit(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], _ ticket: UInt64
    ) throws {
        unsafe emitted.append((key.map { unsafe [UInt8]($0) }, value.map { unsafe [UInt8]($0) }))
    }

    func fail(_ error: any Error, _ ticket: UInt64) { failures.append(error) }

    func borrowBuffer() -> [UInt8] { [] }

    func returnBuffer(_ buffer: consuming [UInt8]) {}
}
