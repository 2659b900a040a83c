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
    /// What operations that do not throw failed with.
    private(set) var failures: [any Error] = []
    /// The state, by name.
    private(set) var state: [String: [UInt8]] = [:]
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

    func nowMilliseconds(_ ticket: UInt64) throws -> Int64 { 1_000 }

    func readState(_ name: String, _ ticket: UInt64) throws -> UnsafeRawBufferPointer? {
        guard let bytes = state[name] else { return nil }
        let buffer = unsafe Self.allocate(bytes)
        unsafe lent.append(buffer)
        return UnsafeRawBufferPointer(buffer)
    }

    func writeState(_ name: String, _ value: UnsafeRawBufferPointer, _ ticket: UInt64) throws {
        state[name] = unsafe [UInt8](value)
    }

    func clearState(_ name: String, _ ticket: UInt64) throws { state[name] = nil }

    func clearAllState(_ ticket: UInt64) throws { state = [:] }

    func stateNames(_ ticket: UInt64) throws -> [String] { state.keys.sorted() }

    func send(
        service: String, handler: String, key: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer,
        delayMilliseconds: Int64, _ ticket: UInt64
    ) throws -> InvocationID {
        unsafe sent.append(
            Sent(
                service: service, handler: handler, key: ObjectKey([UInt8](key)),
                payload: String(decoding: payload, as: UTF8.self), delayMilliseconds: delayMilliseconds))
        return InvocationID(
            keyHash: 1, dueMilliseconds: UInt64(delayMilliseconds), originShard: 0, sequence: UInt64(sent.count))
    }

    func cancel(_ id: InvocationID, _ ticket: UInt64) throws {}

    func emit(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], _ ticket: UInt64
    ) throws {}

    func fail(_ error: any Error, _ ticket: UInt64) { failures.append(error) }

    func borrowBuffer() -> [UInt8] { [] }

    func returnBuffer(_ buffer: consuming [UInt8]) {}
}
