/// The result, now or later, of an operation that a handler has started: a step, a call, a timer, a signal, a promise.
///
/// Await ``value``, or combine several first. What happened in which order is in the journal, so that a handler that is run
/// again after a crash decides the same way. A future belongs to its handler: it is to be awaited in the handler's own task
/// or its child tasks, before the handler returns.
///
/// ```swift
/// let answer = context.call(to: Pricing.self, key: "eur").quote(order)
/// let price = try await answer.future.timeout(after: .seconds(5)).value
/// ```
public struct DurableFuture<Value>: Sendable {
    /// The handler's invocation; `nil` where there is nothing to wait for.
    let handle: InvocationHandle?
    let wait: DurableWait
    /// Reads the value when what is waited for has happened.
    package let read: @Sendable () throws -> Value

    init(handle: InvocationHandle?, wait: DurableWait, read: @escaping @Sendable () throws -> Value) {
        self.handle = handle
        self.wait = wait
        self.read = read
    }

    /// A future for one result.
    package init(
        handle: InvocationHandle, id: DurableID, decode: @escaping @Sendable (DurableResult) throws -> Value
    ) {
        self.init(handle: handle, wait: .result(id)) {
            guard let outcome = try handle.scope.outcome(of: id, handle.ticket) else { throw ContextError.notComplete }
            return try decode(outcome.result)
        }
    }

    /// A future of an operation that could not be started: awaiting it throws.
    static func failed(_ error: any Error) -> Self {
        Self(handle: nil, wait: .failed) { throw error }
    }

    /// The value, as soon as it is there.
    ///
    /// - Throws: ``TerminalError`` where the operation failed for good, or the invocation was cancelled while it waited.
    public var value: Value {
        get async throws {
            if let handle, try !handle.scope.settle(wait, handle.ticket) {
                try await handle.scope.wait(for: wait, handle.ticket)
            }
            return try read()
        }
    }

    /// The same future with another value, computed from this one's; it must compute the same each time.
    public func map<Other>(_ transform: @escaping @Sendable (Value) throws -> Other) -> DurableFuture<Other>
    where Value: Sendable {
        let read = read
        return DurableFuture<Other>(handle: handle, wait: wait) { try transform(try read()) }
    }

    /// This future, or a failure with code 408 when it has not completed after a time.
    ///
    /// The time is kept durably: it does not start again when the handler is run again.
    public func timeout(after duration: Duration) -> Self {
        guard let handle else { return self }
        let timer = handle.timer(after: duration)
        guard case .result(let id) = timer.wait else {
            // It could not be started, and says why.
            return Self(handle: nil, wait: .failed) {
                try timer.read()
                throw ContextError.notComplete
            }
        }
        let own = self
        return Self(handle: handle, wait: .timeout(wait, timer: id)) {
            let decided = try own.decision()
            let expired = try timer.decision()
            if let decided, decided.order <= expired?.order ?? .max { return try own.read() }
            throw TerminalError("not completed within \(duration)", code: TerminalError.timeout)
        }
    }

    func decision() throws -> DurableWait.Decision? {
        guard let handle else { return wait.decide { _ in nil } }
        var failure: (any Error)?
        let decision = wait.decide { id in
            do {
                return try handle.scope.outcome(of: id, handle.ticket)
                    .map { DurableWait.Decision(order: $0.order, isSuccess: $0.result.isSuccess) }
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        return decision
    }
}
