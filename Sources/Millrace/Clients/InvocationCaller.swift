/// What the generated clients call through: a target object, and the invocation that calls.
public struct InvocationCaller: Sendable {
    let handle: InvocationHandle
    let service: String
    let key: [UInt8]
    var idempotencyKey: String?
    var headers: [InvocationHeader] = []

    package init(
        handle: InvocationHandle, service: String, key: [UInt8], idempotencyKey: String? = nil,
        headers: [InvocationHeader] = []
    ) {
        self.handle = handle
        self.service = service
        self.key = key
        self.idempotencyKey = idempotencyKey
        self.headers = headers
    }

    /// Encodes the input, calls, and decodes the result when it is there.
    public func call<Input, Output>(
        _ handler: String, _ input: Input, _ serde: Serde<Input>, output: Serde<Output>
    ) -> DurableCall<Output> {
        start(handler, { try serde.encode(input, &$0) }) { try $0.decode(output) }
    }

    /// Calls without an input.
    public func call<Output>(_ handler: String, output: Serde<Output>) -> DurableCall<Output> {
        start(handler, { _ in }) { try $0.decode(output) }
    }

    /// Calls a handler without a result.
    public func call<Input>(_ handler: String, _ input: Input, _ serde: Serde<Input>) -> DurableCall<Void> {
        start(handler, { try serde.encode(input, &$0) }) { _ = try $0.decode(.bytes) }
    }

    /// Calls a handler without input or result.
    public func call(_ handler: String) -> DurableCall<Void> {
        start(handler, { _ in }) { _ = try $0.decode(.bytes) }
    }

    private func start<Output>(
        _ handler: String, _ encode: (inout [UInt8]) throws -> Void,
        _ decode: @escaping @Sendable (DurableResult) throws -> Output
    ) -> DurableCall<Output> {
        do {
            var buffer = handle.scope.borrowBuffer()
            defer { handle.scope.returnBuffer(buffer) }
            try encode(&buffer)
            let target = HandlerTarget(
                service: service, handler: handler, key: key, idempotencyKey: idempotencyKey, headers: headers)
            let (id, result) = try unsafe buffer.withUnsafeBytes {
                try unsafe handle.scope.call(target, payload: $0, handle.ticket)
            }
            return DurableCall(invocationID: id, future: DurableFuture(handle: handle, id: result, decode: decode))
        } catch {
            return DurableCall(invocationID: nil, future: .failed(error))
        }
    }
}

/// A call that has been made: the callee's id, and its result when it is there.
public struct DurableCall<Output>: Sendable {
    /// The callee's invocation; `nil` where the call could not be made, which awaiting its result tells.
    public let invocationID: InvocationID?
    /// The result, to be combined with others.
    public let future: DurableFuture<Output>

    /// The result, as soon as it is there.
    public var value: Output { get async throws { try await future.value } }
}

/// A generated client for calls, made around what it calls through.
public protocol ServiceCallClient: Sendable {
    /// A client that calls through `caller`.
    init(_ caller: InvocationCaller)
}
