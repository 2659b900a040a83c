/// What a context does its work through: the engine's side of one running invocation.
///
/// One scope may serve many invocations one after the other; a `ticket` tells them apart, so that a context that outlives
/// its handler is noticed. Every function is called on the thread of the invocation's shard; the scope checks that.
///
/// What a waiting handler did is in its journal. When it is run again, each function finds there what it did the last time,
/// and answers the same without doing it again.
package protocol InvocationScope: AnyObject, Sendable {
    func invocationID(_ ticket: UInt64) -> InvocationID
    func key(_ ticket: UInt64) throws -> UnsafeRawBufferPointer
    func record(_ ticket: UInt64) throws -> SourceRecord?
    /// The input's bytes as they came.
    func requestBody(_ ticket: UInt64) throws -> [UInt8]
    /// The headers that the caller gave along.
    func requestHeaders(_ ticket: UInt64) throws -> [InvocationHeader]
    /// Milliseconds since 1970, the same in every replay.
    func nowMilliseconds(_ ticket: UInt64) throws -> Int64
    /// The next number of the invocation's own sequence of random numbers, the same in every replay.
    func nextRandom(_ ticket: UInt64) -> UInt64

    // State.

    /// The state value, or `nil`. The bytes live until the next call of the scope.
    func readState(_ key: StateEntry, _ ticket: UInt64) throws -> UnsafeRawBufferPointer?
    /// The state value as it was kept by a coding, or as bytes.
    func readState(_ key: StateEntry, coding: ObjectIdentifier, _ ticket: UInt64) throws -> StateReading
    /// Keeps what the bytes that were read last have been decoded to.
    func keepState(_ value: StateValue, of bytes: UnsafeRawBufferPointer, _ ticket: UInt64)
    func writeState(_ key: StateEntry, _ value: UnsafeRawBufferPointer, _ ticket: UInt64) throws
    /// Sets a value that becomes bytes later, `maxBytes` at most.
    func writeState(_ key: StateEntry, _ value: StateValue, maxBytes: Int, _ ticket: UInt64) throws
    func clearState(_ name: String, _ ticket: UInt64) throws
    func clearAllState(_ ticket: UInt64) throws
    func stateNames(_ ticket: UInt64) throws -> [String]

    // Messages.

    /// Sends an invocation. `target.key` is empty for a service without keys. Returns the new invocation's id.
    func send(_ target: HandlerTarget, payload: UnsafeRawBufferPointer, delayMilliseconds: Int64, _ ticket: UInt64)
        throws
        -> InvocationID
    /// Calls a handler. Returns the callee's id and what its result is known by.
    func call(_ target: HandlerTarget, payload: UnsafeRawBufferPointer, _ ticket: UInt64) throws -> (
        InvocationID, DurableID
    )
    /// Cancels an invocation: one that is delayed is forgotten, one that runs sees it at its next wait.
    func cancel(_ id: InvocationID, _ ticket: UInt64) throws
    /// Sends a signal to an invocation.
    func signal(_ id: InvocationID, _ signal: SignalName, _ result: DurableResult, _ ticket: UInt64) throws
    /// Waits for another invocation's result.
    func attach(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID
    /// Asks for another invocation's result as it is now: `void` where it is not there yet.
    func output(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID
    /// Emits a record to a topic when this invocation's batch is durable.
    func emit(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], _ ticket: UInt64
    ) throws

    // Waiting.

    func timer(dueAtMilliseconds: Int64, _ ticket: UInt64) throws -> DurableID
    /// The number of a new awakeable.
    func awakeable(_ ticket: UInt64) throws -> UInt32
    /// The next signal of a name.
    func nextSignal(_ name: String, _ ticket: UInt64) throws -> DurableID
    /// Lets the handler take note of what has come, up to what it waits for. Returns false where that has not come.
    func settle(_ wait: DurableWait, _ ticket: UInt64) throws -> Bool
    /// Suspends the handler until what it waits for has happened, after ``settle(_:_:)``.
    func wait(for wait: DurableWait, _ ticket: UInt64) async throws
    /// The result, once the handler has taken note of it.
    func outcome(of id: DurableID, _ ticket: UInt64) throws -> DurableOutcome?

    // Durable steps.

    /// Begins a step. It need not be run where its result is recorded already.
    func beginStep(_ name: String, _ ticket: UInt64) throws -> (id: UInt32, isRecorded: Bool)
    /// Whether something can be lost on which the next step depends, so that it must not run yet.
    func isAtStake(_ ticket: UInt64) throws -> Bool
    /// Suspends the handler until nothing is at stake.
    func durability(_ ticket: UInt64) async throws
    /// The step's function is about to run.
    func openStep(_ id: UInt32, _ name: String, _ ticket: UInt64) throws
    /// The step's function has returned, or failed for good.
    func endStep(_ id: UInt32, _ result: DurableResult, _ ticket: UInt64) throws
    /// The step's function failed. Returns when it is to be run again, or throws where that is not to be.
    func stepFailed(_ id: UInt32, _ name: String, _ error: any Error, _ policy: RetryPolicy?, _ ticket: UInt64)
        async throws

    /// Starts a task on the invocation's thread, for a step that runs beside the handler.
    func startTask(_ operation: @escaping @Sendable () async -> Void)

    // Promises of a workflow.

    func getPromise(_ name: String, _ ticket: UInt64) throws -> DurableID
    func peekPromise(_ name: String, _ ticket: UInt64) throws -> DurableID
    func completePromise(_ name: String, _ result: DurableResult, _ ticket: UInt64) throws -> DurableID

    // The end.

    /// Sets what the invocation's callers receive when the handler has returned.
    func setOutput(_ value: [UInt8], _ ticket: UInt64)
    /// Makes the invocation fail with `error` when the handler returns: for operations that do not throw themselves.
    func fail(_ error: any Error, _ ticket: UInt64)

    /// Lends a buffer for encoding, which is given back with `returnBuffer`.
    func borrowBuffer() -> [UInt8]
    func returnBuffer(_ buffer: consuming [UInt8])
}

// For scopes that keep no decoded values.
extension InvocationScope {
    package func readState(_ key: StateEntry, coding: ObjectIdentifier, _ ticket: UInt64) throws -> StateReading {
        guard let bytes = try unsafe readState(key, ticket) else { return .absent }
        return unsafe .bytes(bytes)
    }

    package func keepState(_ value: StateValue, of bytes: UnsafeRawBufferPointer, _ ticket: UInt64) {}

    package func writeState(_ key: StateEntry, _ value: StateValue, maxBytes: Int, _ ticket: UInt64) throws {
        var buffer = borrowBuffer()
        defer { returnBuffer(buffer) }
        try value.encode(into: &buffer)
        try unsafe buffer.withUnsafeBytes { try unsafe writeState(key, $0, ticket) }
    }
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
