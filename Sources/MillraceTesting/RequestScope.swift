import Millrace
import Synchronization

/// What a generated client does, caught instead of done: which handler it calls, and with what. Later it reads the answer.
final class RequestScope: InvocationScope {
    private struct State {
        var request: (target: HandlerTarget, payload: [UInt8])?
        var answer: [UInt8]?
    }

    private let state = Mutex(State())

    /// What was called.
    var request: (target: HandlerTarget, payload: [UInt8])? { state.withLock { $0.request } }

    /// Gives the result that the call's future reads.
    func answer(_ bytes: [UInt8]) { state.withLock { $0.answer = bytes } }

    func call(
        _ target: HandlerTarget, payload: UnsafeRawBufferPointer, _ ticket: UInt64
    ) throws -> (InvocationID, DurableID) {
        let payload = unsafe [UInt8](payload)
        state.withLock { $0.request = (target, payload) }
        return (
            InvocationID(keyHash: 0, dueMilliseconds: 0, originShard: 0, sequence: 0), .completion(1)
        )
    }

    func outcome(of id: DurableID, _ ticket: UInt64) throws -> DurableOutcome? {
        state.withLock { $0.answer.map { DurableOutcome(order: 0, result: $0.isEmpty ? .void : .value($0)) } }
    }

    func borrowBuffer() -> [UInt8] { [] }
    func returnBuffer(_ buffer: consuming [UInt8]) {}
    func fail(_ error: any Error, _ ticket: UInt64) {}
    func setOutput(_ value: [UInt8], _ ticket: UInt64) {}

    // MARK: What only a handler can do

    private var refusal: ContextError { .usedAfterReturn(handler: "a test's request") }

    func invocationID(_ ticket: UInt64) -> InvocationID {
        InvocationID(keyHash: 0, dueMilliseconds: 0, originShard: 0, sequence: 0)
    }
    func key(_ ticket: UInt64) throws -> UnsafeRawBufferPointer { throw refusal }
    func record(_ ticket: UInt64) throws -> SourceRecord? { throw refusal }
    func requestBody(_ ticket: UInt64) throws -> [UInt8] { throw refusal }
    func requestHeaders(_ ticket: UInt64) throws -> [InvocationHeader] { throw refusal }
    func nowMilliseconds(_ ticket: UInt64) throws -> Int64 { throw refusal }
    func nextRandom(_ ticket: UInt64) -> UInt64 { 0 }
    func readState(_ key: StateEntry, _ ticket: UInt64) throws -> UnsafeRawBufferPointer? { throw refusal }
    func writeState(_ key: StateEntry, _ value: UnsafeRawBufferPointer, _ ticket: UInt64) throws { throw refusal }
    func clearState(_ name: String, _ ticket: UInt64) throws { throw refusal }
    func clearAllState(_ ticket: UInt64) throws { throw refusal }
    func stateNames(_ ticket: UInt64) throws -> [String] { throw refusal }
    func send(
        _ target: HandlerTarget, payload: UnsafeRawBufferPointer, delayMilliseconds: Int64, _ ticket: UInt64
    ) throws -> InvocationID { throw refusal }
    func cancel(_ id: InvocationID, _ ticket: UInt64) throws { throw refusal }
    func signal(_ id: InvocationID, _ signal: SignalName, _ result: DurableResult, _ ticket: UInt64) throws {
        throw refusal
    }
    func attach(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID { throw refusal }
    func output(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID { throw refusal }
    func emit(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], _ ticket: UInt64
    ) throws { throw refusal }
    func timer(dueAtMilliseconds: Int64, _ ticket: UInt64) throws -> DurableID { throw refusal }
    func awakeable(_ ticket: UInt64) throws -> UInt32 { throw refusal }
    func nextSignal(_ name: String, _ ticket: UInt64) throws -> DurableID { throw refusal }
    func settle(_ wait: DurableWait, _ ticket: UInt64) throws -> Bool { throw refusal }
    func wait(for wait: DurableWait, _ ticket: UInt64) async throws { throw refusal }
    func beginStep(_ name: String, _ ticket: UInt64) throws -> (id: UInt32, isRecorded: Bool) { throw refusal }
    func isAtStake(_ ticket: UInt64) throws -> Bool { throw refusal }
    func durability(_ ticket: UInt64) async throws { throw refusal }
    func openStep(_ id: UInt32, _ name: String, _ ticket: UInt64) throws { throw refusal }
    func endStep(_ id: UInt32, _ result: DurableResult, _ ticket: UInt64) throws { throw refusal }
    func stepFailed(
        _ id: UInt32, _ name: String, _ error: any Error, _ policy: RetryPolicy?, _ ticket: UInt64
    ) async throws { throw refusal }
    func startTask(_ operation: @escaping @Sendable () async -> Void) {}
    func getPromise(_ name: String, _ ticket: UInt64) throws -> DurableID { throw refusal }
    func peekPromise(_ name: String, _ ticket: UInt64) throws -> DurableID { throw refusal }
    func completePromise(_ name: String, _ result: DurableResult, _ ticket: UInt64) throws -> DurableID {
        throw refusal
    }
}
