/// The name of a workflow's promise, with its type and how it becomes bytes.
///
/// ```swift
/// extension PromiseKey<String> { static var clickedSecret: Self { Self("clicked") } }
/// ```
public struct PromiseKey<Value>: Sendable {
    /// The name, unique within a workflow.
    public let name: String
    /// How the value becomes bytes.
    public let serde: Serde<Value>

    /// A key with a serde of your choice.
    public init(_ name: String, serde: Serde<Value>) {
        self.name = name
        self.serde = serde
    }
}

extension PromiseKey where Value: Codable & SendableMetatype {
    /// A key whose value is kept as JSON.
    public init(_ name: String) { self.init(name, serde: .json) }
}

extension PromiseKey where Value == Void {
    /// A key of a promise that something has happened, without a value.
    public init(_ name: String) { self.init(name, serde: .empty) }
}

/// A promise of a workflow: a value that one handler completes and others wait for.
public struct DurablePromise<Value>: Sendable {
    let handle: InvocationHandle
    let key: PromiseKey<Value>

    /// The value when it is there, to be combined with others.
    public var future: DurableFuture<Value> {
        let serde = key.serde
        return handle.future({ try handle.scope.getPromise(key.name, handle.ticket) }) { try $0.decode(serde) }
    }

    /// The value, as soon as it is there.
    /// - Throws: ``TerminalError`` where the promise was rejected.
    public var value: Value { get async throws { try await future.value } }

    /// The value, or `nil` where the promise is not completed yet.
    public func peek() async throws -> Value? {
        let serde = key.serde
        return try await handle.future({ try handle.scope.peekPromise(key.name, handle.ticket) }) { result -> Value? in
            if case .void = result { return nil }
            return try result.decode(serde)
        }.value
    }

    /// Completes the promise with a value.
    /// - Throws: ``TerminalError`` with code 409 where it was completed already.
    public func resolve(_ value: Value) async throws {
        let bytes = try key.serde.encode(value)
        try await complete(.value(bytes))
    }

    /// Completes the promise with a failure, which those who wait for it get to see.
    /// - Throws: ``TerminalError`` with code 409 where it was completed already.
    public func reject(_ reason: String, code: UInt16 = 500) async throws {
        try await complete(.failure(TerminalError(reason, code: code)))
    }

    private func complete(_ result: DurableResult) async throws {
        try await handle.future({ try handle.scope.completePromise(key.name, result, handle.ticket) }) { result in
            if case .failure(let error) = result { throw error }
        }.value
    }
}

extension DurablePromise where Value == Void {
    /// Completes the promise.
    /// - Throws: ``TerminalError`` with code 409 where it was completed already.
    public func resolve() async throws { try await resolve(()) }
}
