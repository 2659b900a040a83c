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
        try await runStep(name, retry) {
            try serde.encode(try await step())
        }.decode(serde)
    }

    /// Runs a function without result once.
    public func run(_ name: String, retry: RetryPolicy? = nil, _ step: () async throws -> Void) async throws {
        _ = try await runStep(name, retry) {
            try await step()
            return []
        }.decode(.bytes)
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
                    try? await perform(id, name, retry) { try serde.encode(try await step()) }
                }
            }
            return .completion(id)
        }) { try $0.decode(serde) }
    }

    private func runStep(
        _ name: String, _ retry: RetryPolicy?, _ step: () async throws -> [UInt8]
    ) async throws -> DurableResult {
        let (id, isRecorded) = try handle.scope.beginStep(name, handle.ticket)
        if !isRecorded { try await perform(id, name, retry, step) }
        return try await handle.future({ .completion(id) }) { $0 }.value
    }

    /// Runs the function until its result is decided.
    ///
    /// - Throws: where the attempt is over before that.
    private func perform(
        _ id: UInt32, _ name: String, _ retry: RetryPolicy?, _ step: () async throws -> [UInt8]
    ) async throws {
        while true {
            try await handle.scope.stepMayRun(id, name, handle.ticket)
            let result: DurableResult
            do {
                result = .value(try await DurableStep.$current.withValue(name) { try await step() })
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
