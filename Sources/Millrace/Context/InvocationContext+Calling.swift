/// Calls, and the results of other invocations.
extension InvocationContext {
    /// Calls a handler of the virtual object or workflow with that key. The call is durable: it is made once, and its result
    /// arrives once, whatever crashes.
    ///
    /// ```swift
    /// let total = try await context.call(to: Counter.self, key: "a").add(1).value
    /// ```
    public func call<Target: KeyedService>(
        to target: Target.Type, key: ObjectKey, idempotencyKey: String? = nil, headers: [InvocationHeader] = []
    ) -> Target.CallClient {
        Target.CallClient(
            InvocationCaller(
                handle: handle, service: Target.serviceName, key: key.bytes, idempotencyKey: idempotencyKey,
                headers: headers))
    }

    /// Calls a handler of a service without keys.
    public func call<Target: PlainService>(
        to target: Target.Type, idempotencyKey: String? = nil, headers: [InvocationHeader] = []
    ) -> Target.CallClient {
        Target.CallClient(
            InvocationCaller(
                handle: handle, service: Target.serviceName, key: [], idempotencyKey: idempotencyKey, headers: headers))
    }

    /// Calls any handler by name, with bytes in and out. For targets that are known only when running.
    public func call(
        service: String, handler: String, key: ObjectKey = ObjectKey([UInt8]()), payload: [UInt8] = [],
        idempotencyKey: String? = nil, headers: [InvocationHeader] = []
    ) -> DurableCall<[UInt8]> {
        InvocationCaller(
            handle: handle, service: service, key: key.bytes, idempotencyKey: idempotencyKey, headers: headers
        ).call(handler, payload, .bytes, output: .bytes)
    }

    /// The result of another invocation, when it has one. Fails with code 404 where the invocation is not known (any more).
    public func attach<Value: Codable & SendableMetatype>(
        to id: InvocationID, as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) -> DurableFuture<Value> {
        attach(.id(id), serde)
    }

    /// The result of a workflow's `run`, when it has one.
    public func attach<Target: WorkflowService, Value: Codable & SendableMetatype>(
        toWorkflow target: Target.Type, key: ObjectKey, as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) -> DurableFuture<Value> {
        attach(.workflow(service: Target.serviceName, key: key.bytes), serde)
    }

    /// The result of the invocation with an idempotency key, when it has one.
    public func attach<Target: DurableService, Value: Codable & SendableMetatype>(
        to target: Target.Type, key: ObjectKey = ObjectKey([UInt8]()), handler: String, idempotencyKey: String,
        as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) -> DurableFuture<Value> {
        attach(
            .idempotent(service: Target.serviceName, key: key.bytes, handler: handler, idempotencyKey: idempotencyKey),
            serde)
    }

    /// The result of another invocation as it is now: `nil` where it has none yet. Fails with code 404 where the invocation
    /// is not known (any more).
    public func output<Value: Codable & SendableMetatype>(
        of id: InvocationID, as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) async throws -> Value? {
        try await output(.id(id), serde)
    }

    /// The result of a workflow's `run` as it is now.
    public func output<Target: WorkflowService, Value: Codable & SendableMetatype>(
        ofWorkflow target: Target.Type, key: ObjectKey, as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) async throws -> Value? {
        try await output(.workflow(service: Target.serviceName, key: key.bytes), serde)
    }

    /// The result of the invocation with an idempotency key as it is now.
    public func output<Target: DurableService, Value: Codable & SendableMetatype>(
        of target: Target.Type, key: ObjectKey = ObjectKey([UInt8]()), handler: String, idempotencyKey: String,
        as type: Value.Type = Value.self, serde: Serde<Value> = .json
    ) async throws -> Value? {
        try await output(
            .idempotent(service: Target.serviceName, key: key.bytes, handler: handler, idempotencyKey: idempotencyKey),
            serde)
    }

    private func output<Value>(_ target: InvocationReferenceTarget, _ serde: Serde<Value>) async throws -> Value? {
        try await handle.future({ try handle.scope.output(target, handle.ticket) }) { result -> Value? in
            if case .void = result { return nil }
            return try result.decode(serde)
        }.value
    }

    private func attach<Value>(_ target: InvocationReferenceTarget, _ serde: Serde<Value>) -> DurableFuture<Value> {
        handle.future({ try handle.scope.attach(target, handle.ticket) }) { try $0.decode(serde) }
    }
}

extension DurableResult {
    /// The value, or the failure thrown.
    func decode<Value>(_ serde: Serde<Value>) throws -> Value {
        switch self {
        case .void: try serde.decode([])
        case .value(let bytes): try serde.decode(bytes)
        case .failure(let error): throw error
        }
    }
}
