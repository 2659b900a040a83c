/// Durable steps: what a handler does to the world outside.
extension InvocationContext {
    /// Runs a function once, and keeps its result: when the handler is run again, after a crash or a failure, the function is
    /// not, and its result is the same.
    ///
    /// The function runs again only where the process died after it ran and before its result was kept, so it should bear
    /// being run twice. It starts only when nothing that it depends on can be lost any more. The context is not to be used in it.
    ///
    /// - Parameters:
    ///   - name: for people who look at the journal.
    ///   - retry: how a failing function is tried again; without it, as the invocation itself is. When it has failed as often as
    ///     this allows, its error is thrown as a ``TerminalError``.
    /// - Throws: ``TerminalError``, the function's own or its last failure.
    public func run<Value: Codable & SendableMetatype>(
        _ name: String, retry: RetryPolicy? = nil, serde: Serde<Value> = .json, _ step: () async throws -> Value
    ) async throws -> Value {
        try await result(of: name, retry, { try serde.encode($0) }, step).decode(serde)
    }

    /// Runs a function without result once.
    public func run(_ name: String, retry: RetryPolicy? = nil, _ step: () async throws -> Void) async throws {
        _ = try await result(of: name, retry, { [] }, step).decode(.bytes)
    }

    /// Starts a step beside the handler; several run at once. Its result is awaited, or combined with others, later.
    public func start<Value: Codable & SendableMetatype>(
        _ name: String, retry: RetryPolicy? = nil, serde: Serde<Value> = .json,
        _ step: @escaping @Sendable () async throws -> Value
    ) -> DurableFuture<Value> {
        handle.future({
            let (id, isRecorded) = try handle.scope.beginStep(name, handle.ticket)
            if !isRecorded {
                handle.scope.startTask { [self] in
                    // Where the attempt is over there is no result to wait for either.
                    try? await perform(id, name, retry, { try serde.encode($0) }, step)
                }
            }
            return .completion(id)
        }) { try $0.decode(serde) }
    }

    private func result<Value>(
        of name: String, _ retry: RetryPolicy?, _ encode: (Value) throws -> [UInt8], _ step: () async throws -> Value
    ) async throws -> DurableResult {
        let (id, isRecorded) = try handle.scope.beginStep(name, handle.ticket)
        if !isRecorded { try await perform(id, name, retry, encode, step) }
        let wait = DurableWait.result(.completion(id))
        if try !handle.scope.settle(wait, handle.ticket) { try await handle.scope.wait(for: wait, handle.ticket) }
        guard let outcome = try handle.scope.outcome(of: .completion(id), handle.ticket) else {
            throw ContextError.notComplete
        }
        return outcome.result
    }

    /// Runs the function until its result is decided.
    ///
    /// - Throws: where the attempt is over before that.
    // Each asynchronous function on the way to a step's own costs its return a look at who has to go on: hence few of them.
    @inline(__always)
    private func perform<Value>(
        _ id: UInt32, _ name: String, _ retry: RetryPolicy?, _ encode: (Value) throws -> [UInt8],
        _ step: () async throws -> Value
    ) async throws {
        while true {
            if try handle.scope.isAtStake(handle.ticket) { try await handle.scope.durability(handle.ticket) }
            try handle.scope.openStep(id, name, handle.ticket)
            let result: DurableResult
            do {
                result = .value(
                    try await DurableStep.$current.withValue(name) { try encode(try await step()) })
            } catch let error as TerminalError {
                result = .failure(error)
            } catch let error as SerdeError {
                result = .failure(TerminalError("the result of step '\(name)': \(error)"))
            } catch {
                do {
                    try await handle.scope.stepFailed(id, name, error, retry, handle.ticket)
                    continue
                } catch let error as TerminalError { result = .failure(error) }
            }
            return try handle.scope.endStep(id, result, handle.ticket)
        }
    }
}

/// The durable step in which a task is, if any: there the context must not be used.
package enum DurableStep {
    /// The step's name.
    @TaskLocal package static var current: String?
}
