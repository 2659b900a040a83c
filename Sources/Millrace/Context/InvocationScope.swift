/// What a context does its work through: the engine's side of one running invocation.
///
/// One scope may serve many invocations one after the other; a `ticket` tells them apart, so that a context that outlives
/// its handler is noticed. Every function is called on the thread of the invocation's shard; the scope checks that.
package protocol InvocationScope: AnyObject, Sendable {
    func invocationID(_ ticket: UInt64) -> InvocationID
    func key(_ ticket: UInt64) throws -> UnsafeRawBufferPointer
    func record(_ ticket: UInt64) throws -> SourceRecord?
    /// Milliseconds since 1970, the same for everything in one batch.
    func nowMilliseconds(_ ticket: UInt64) throws -> Int64

    /// The state value, or `nil`. The bytes live until the next call of the scope.
    func readState(_ name: String, _ ticket: UInt64) throws -> UnsafeRawBufferPointer?
    func writeState(_ name: String, _ value: UnsafeRawBufferPointer, _ ticket: UInt64) throws
    func clearState(_ name: String, _ ticket: UInt64) throws
    func clearAllState(_ ticket: UInt64) throws
    func stateNames(_ ticket: UInt64) throws -> [String]

    /// Sends an invocation. `key` is empty for a service without keys. Returns the new invocation's id.
    func send(
        service: String, handler: String, key: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer,
        delayMilliseconds: Int64, _ ticket: UInt64
    ) throws -> InvocationID
    func cancel(_ id: InvocationID, _ ticket: UInt64) throws

    /// Emits a record to a topic when this invocation's batch is durable.
    func emit(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], _ ticket: UInt64
    ) throws

    /// Makes the invocation fail with `error` when the handler returns: for operations that do not throw themselves.
    func fail(_ error: any Error, _ ticket: UInt64)

    /// Lends a buffer for encoding, which is given back with `returnBuffer`.
    func borrowBuffer() -> [UInt8]
    func returnBuffer(_ buffer: consuming [UInt8])
}

/// One running invocation as its contexts see it.
public struct InvocationHandle: Sendable {
    package let scope: any InvocationScope
    package let ticket: UInt64

    package init(scope: any InvocationScope, ticket: UInt64) {
        self.scope = scope
        self.ticket = ticket
    }
}
