/// Time and events that a handler waits for.
extension InvocationContext {
    /// Waits, for milliseconds or for months. The time goes on while the process is down.
    public func sleep(for duration: Duration) async throws { try await timer(after: duration).value }

    /// Completes after a time; to be combined with others.
    public func timer(after duration: Duration) -> DurableFuture<Void> { handle.timer(after: duration) }

    /// Something that someone else completes, once: pass its id on, and await its future.
    ///
    /// ```swift
    /// let approval = context.awakeable(as: Bool.self)
    /// try await context.run("ask") { try await mail.ask(answerTo: approval.id) }
    /// let isApproved = try await approval.future.value
    /// ```
    public func awakeable<Value: Codable & SendableMetatype>(
        as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) -> Awakeable<Value> {
        do {
            let index = try handle.scope.awakeable(handle.ticket)
            return Awakeable(
                id: AwakeableID(invocation: invocationID, index: index).description,
                future: DurableFuture(handle: handle, id: .signal(index)) { try $0.decode(serde) })
        } catch {
            return Awakeable(id: "", future: .failed(error))
        }
    }

    /// Completes an awakeable of any invocation with a value. Completing it again has no effect.
    public func resolveAwakeable<Value: Codable & SendableMetatype>(
        _ id: String, _ value: Value, serde: Serde<Value> = .json
    ) {
        attempt {
            let bytes = try serde.encode(value)
            try complete(id, .value(bytes))
        }
    }

    /// Completes an awakeable of any invocation with a failure: there its future throws a ``TerminalError``.
    public func rejectAwakeable(_ id: String, _ reason: String, code: UInt16 = 500) {
        attempt { try complete(id, .failure(TerminalError(reason, code: code))) }
    }

    private func complete(_ text: String, _ result: DurableResult) throws {
        guard let id = AwakeableID(text) else { throw ContextError.malformedAwakeable(text) }
        try handle.scope.signal(id.invocation, .index(id.index), result, handle.ticket)
    }

    /// The next signal of a name that is sent to this invocation. Each future gets one signal, in their order.
    public func signal<Value: Codable & SendableMetatype>(
        _ name: String, as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) -> DurableFuture<Value> {
        handle.future({ try handle.scope.nextSignal(name, handle.ticket) }) { try $0.decode(serde) }
    }

    /// Sends a signal with a value to another invocation.
    public func sendSignal<Value: Codable & SendableMetatype>(
        _ name: String, to id: InvocationID, _ value: Value, serde: Serde<Value> = .json
    ) {
        attempt {
            let bytes = try serde.encode(value)
            try handle.scope.signal(id, .name(name), .value(bytes), handle.ticket)
        }
    }

    /// Sends a signal to another invocation that fails there with a ``TerminalError``.
    public func rejectSignal(_ name: String, to id: InvocationID, _ reason: String, code: UInt16 = 500) {
        attempt {
            try handle.scope.signal(id, .name(name), .failure(TerminalError(reason, code: code)), handle.ticket)
        }
    }
}

/// Something that someone else completes.
public struct Awakeable<Value>: Sendable {
    /// What the one who completes it needs: `sign_1…`.
    public let id: String
    /// Its value, or its failure.
    public let future: DurableFuture<Value>

    /// The value, as soon as it is there.
    public var value: Value { get async throws { try await future.value } }
}
