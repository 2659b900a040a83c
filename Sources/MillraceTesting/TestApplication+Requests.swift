public import Millrace
package import MillraceEngine
import Synchronization

/// What comes from outside: calls, completions, and what people do with invocations.
extension TestApplication {
    // MARK: Calls with types

    /// Invokes a handler of a virtual object or workflow, without waiting for its end.
    ///
    /// ```swift
    /// let booking = try app.start(Trips.self, key: "t1") { $0.book(trip) }
    /// ```
    @discardableResult
    public func start<Target: KeyedService, Output>(
        _ target: Target.Type, key: ObjectKey, idempotencyKey: String? = nil, headers: [InvocationHeader] = [],
        after delay: Duration = .zero, _ request: (Target.CallClient) -> DurableCall<Output>
    ) throws -> TestInvocation<Output> {
        try start(RequestScope(), Target.self, key, idempotencyKey, headers, delay, request)
    }

    /// Invokes a handler of a service without keys, without waiting for its end.
    @discardableResult
    public func start<Target: PlainService, Output>(
        _ target: Target.Type, idempotencyKey: String? = nil, headers: [InvocationHeader] = [],
        after delay: Duration = .zero, _ request: (Target.CallClient) -> DurableCall<Output>
    ) throws -> TestInvocation<Output> {
        try start(RequestScope(), Target.self, ObjectKey([]), idempotencyKey, headers, delay, request)
    }

    /// Calls a handler of a virtual object or workflow, and returns its result when everything has come to rest.
    ///
    /// - Throws: ``TerminalError`` where the invocation failed; ``TestError`` where it has not ended.
    public func call<Target: KeyedService, Output>(
        _ target: Target.Type, key: ObjectKey, idempotencyKey: String? = nil, headers: [InvocationHeader] = [],
        _ request: (Target.CallClient) -> DurableCall<Output>
    ) throws -> Output {
        try ended(try start(target, key: key, idempotencyKey: idempotencyKey, headers: headers, request))
    }

    /// Calls a handler of a service without keys, and returns its result when everything has come to rest.
    ///
    /// - Throws: ``TerminalError`` where the invocation failed; ``TestError`` where it has not ended.
    public func call<Target: PlainService, Output>(
        _ target: Target.Type, idempotencyKey: String? = nil, headers: [InvocationHeader] = [],
        _ request: (Target.CallClient) -> DurableCall<Output>
    ) throws -> Output {
        try ended(try start(target, idempotencyKey: idempotencyKey, headers: headers, request))
    }

    /// An invocation's result, or `nil` where it has none yet.
    ///
    /// - Throws: ``TerminalError`` where it failed.
    public func result<Output>(of invocation: TestInvocation<Output>) throws -> Output? {
        guard let bytes = try output(of: invocation.id) else { return nil }
        return try invocation.decode(bytes)
    }

    private func start<Target: DurableService, Output>(
        _ scope: RequestScope, _ target: Target.Type, _ key: ObjectKey, _ idempotencyKey: String?,
        _ headers: [InvocationHeader], _ delay: Duration, _ request: (Target.CallClient) -> DurableCall<Output>
    ) throws -> TestInvocation<Output> {
        let call = request(
            Target.CallClient(
                InvocationCaller(
                    handle: InvocationHandle(scope: scope, ticket: 0), service: Target.serviceName, key: key.bytes,
                    idempotencyKey: idempotencyKey, headers: headers)))
        guard let (target, payload) = scope.request else {
            // The input could not be encoded: reading the result says why.
            _ = try call.future.read()
            throw TestError.noAnswer
        }
        let id = try start(target, payload, delay)
        return TestInvocation(id: id) { bytes in
            scope.answer(bytes)
            return try call.future.read()
        }
    }

    private func ended<Output>(_ invocation: TestInvocation<Output>) throws -> Output {
        guard let bytes = try output(of: invocation.id) else { throw TestError.notEnded(invocation.id) }
        return try invocation.decode(bytes)
    }

    // MARK: Calls by name

    /// Invokes a handler without waiting for its end, and returns the invocation's id.
    @discardableResult
    public func start(
        _ service: String, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String, payload: [UInt8] = [],
        idempotencyKey: String? = nil, headers: [InvocationHeader] = [], after delay: Duration = .zero
    ) throws -> InvocationID {
        try start(
            HandlerTarget(
                service: service, handler: handler, key: key.bytes, idempotencyKey: idempotencyKey, headers: headers),
            payload, delay)
    }

    private func start(_ target: HandlerTarget, _ payload: [UInt8], _ delay: Duration) throws -> InvocationID {
        let id = Kept<InvocationID>()
        var target = target
        // Results of requests from outside die with the process that waits for them: a key of its own keeps this one's.
        requests += 1
        target.idempotencyKey = target.idempotencyKey ?? "test-\(requests)"
        try engine?.desk.invoke(
            target, payload: payload, delayMilliseconds: delay.wholeMilliseconds,
            accepted: { [observer] in
                observer.requests($0)
                id.put($0)
            })
        // Until the id is known nothing may crash: a request that is not durable is the caller's to repeat.
        try turnAll()
        guard let id = id.value else { throw TestError.noAnswer }
        try settle()
        return id
    }

    /// Calls a handler, and returns its result when everything has come to rest.
    ///
    /// - Throws: ``TerminalError`` where the invocation failed; ``TestError`` where it has not ended.
    public func call(
        _ service: String, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String, payload: [UInt8] = [],
        idempotencyKey: String? = nil
    ) throws -> [UInt8] {
        let id = try start(service, key: key, handler, payload: payload, idempotencyKey: idempotencyKey)
        guard let result = try output(of: id) else { throw TestError.notEnded(id) }
        return result
    }

    /// Calls a handler with JSON in and out.
    public func call<Target: DurableService, Input: Codable & SendableMetatype, Output: Codable & SendableMetatype>(
        _ target: Target.Type, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String, _ input: Input
    ) throws -> Output {
        let result = try call(Target.serviceName, key: key, handler, payload: try Serde<Input>.json.bytes(of: input))
        return try Self.decode(result)
    }

    /// Calls a handler without input, with JSON out.
    public func call<Target: DurableService, Output: Codable & SendableMetatype>(
        _ target: Target.Type, key: ObjectKey = ObjectKey([UInt8]()), _ handler: String
    ) throws -> Output {
        try Self.decode(try call(Target.serviceName, key: key, handler))
    }

    /// No bytes at all are the result that is absent.
    private static func decode<Output: Codable & SendableMetatype>(_ bytes: [UInt8]) throws -> Output {
        try Serde<Output>.json.value(of: bytes.isEmpty ? Array("null".utf8) : bytes)
    }

    /// An invocation's result, or `nil` where it has none yet.
    ///
    /// - Throws: ``TerminalError`` where it failed, or is not known.
    public func output(of id: InvocationID) throws -> [UInt8]? {
        let result = Kept<DurableResult>()
        engine?.desk.output(of: id, waits: false) { result.put($0) }
        try turnAll()
        switch result.value {
        case .value(let value): return value
        case .failure(let error): throw error
        case .void: return nil
        case nil: throw TestError.noAnswer
        }
    }

    // MARK: Completions

    /// Completes an awakeable with bytes.
    public func resolveAwakeable(_ id: String, _ value: [UInt8]) throws { try complete(id, .value(value)) }

    /// Completes an awakeable with a value.
    public func resolveAwakeable<Value: Codable & SendableMetatype>(
        _ id: String, _ value: Value, serde: Serde<Value> = .json
    ) throws {
        try complete(id, .value(try serde.bytes(of: value)))
    }

    /// Completes an awakeable with a failure.
    public func rejectAwakeable(_ id: String, _ reason: String, code: UInt16 = 500) throws {
        try complete(id, .failure(TerminalError(reason, code: code)))
    }

    private func complete(_ id: String, _ result: DurableResult) throws {
        guard let awakeable = AwakeableID(id) else { throw ContextError.malformedAwakeable(id) }
        try signal(.index(awakeable.index), to: awakeable.invocation, result)
    }

    /// Sends a signal with bytes to an invocation.
    public func signal(_ name: String, to id: InvocationID, _ value: [UInt8]) throws {
        try signal(.name(name), to: id, .value(value))
    }

    /// Sends a signal with a value to an invocation.
    public func signal<Value: Codable & SendableMetatype>(
        _ name: String, to id: InvocationID, _ value: Value, serde: Serde<Value> = .json
    ) throws {
        try signal(.name(name), to: id, .value(try serde.bytes(of: value)))
    }

    private func signal(_ name: SignalName, to id: InvocationID, _ result: DurableResult) throws {
        engine?.desk.signal(id, name, result)
        try turnAll()
        try settle()
    }

    // MARK: What people do

    /// Cancels an invocation: its handler sees a ``TerminalError`` at its next wait, after those that it has called.
    public func cancel(_ id: InvocationID) throws { try control(id, .cancel) }

    /// Ends an invocation, and those that it has called, at once and without compensation.
    public func kill(_ id: InvocationID) throws { try control(id, .kill) }

    /// Stops an invocation, with its journal and its key, until it is resumed.
    public func pause(_ id: InvocationID) throws { try control(id, .pause) }

    /// Lets a paused, parked or backing-off invocation go on at once.
    public func resume(_ id: InvocationID) throws { try control(id, .resume) }

    /// Runs an invocation again from its start, with the same input.
    public func restart(_ id: InvocationID) throws { try control(id, .restart) }

    package func control(_ id: InvocationID, _ control: InvocationControl) throws {
        let result = Kept<DurableResult>()
        engine?.desk.control(id, control) { result.put($0) }
        try turnAll()
        try settle()
        if case .failure(let error) = result.value { throw error }
    }
}

/// An invocation that a test has started, with the type of its result.
public struct TestInvocation<Output> {
    /// Its id.
    public let id: InvocationID
    let decode: ([UInt8]) throws -> Output
}

/// A value that arrives from a callback.
private final class Kept<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)
    var value: Value? { stored.withLock { $0 } }
    func put(_ value: Value) { stored.withLock { $0 = value } }
}
