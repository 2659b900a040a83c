/// One handler of a service as the engine sees it.
///
/// A handler that cannot wait (a plain `throws` function) is called directly, on its shard's thread; an `async` one runs as
/// a task with the shard as its executor. The macros choose by the function's declaration.
public struct HandlerDefinition: Sendable {
    /// How the engine starts a handler.
    package enum Body: Sendable {
        /// Decodes the input and runs the handler to its end.
        case direct(@Sendable (InvocationHandle, RawSpan) throws -> Void)
        /// Decodes the input, which lives only during the call, and returns what is to run as a task.
        case suspending(@Sendable (InvocationHandle, RawSpan) throws -> @Sendable () async throws -> Void)
    }

    /// The name that subscriptions and callers use.
    public let name: String
    /// How it runs beside others of its key.
    public private(set) var kind: HandlerKind
    /// What holds for this handler; what is left out is the service's.
    public private(set) var options: HandlerOptions
    package let body: Body

    package init(name: String, kind: HandlerKind = .exclusive, options: HandlerOptions = HandlerOptions(), body: Body) {
        self.name = name
        self.kind = kind
        self.options = options
        self.body = body
    }

    /// The same handler, of another kind.
    public func kind(_ kind: HandlerKind) -> Self {
        var copy = self
        copy.kind = kind
        return copy
    }

    /// The same handler, with options.
    public func options(_ options: HandlerOptions) -> Self {
        var copy = self
        copy.options = options
        return copy
    }

    // MARK: Handlers that cannot wait

    /// A handler that reads the input's bytes in place.
    public static func direct<Context>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context,
        _ handler: @escaping @Sendable (Context, RawSpan) throws -> Void
    ) -> Self {
        Self(name: name, body: .direct { handle, input in try handler(context(handle), input) })
    }

    /// A handler with an input of a type.
    public static func direct<Context, Input>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context, input serde: Serde<Input>,
        _ handler: @escaping @Sendable (Context, Input) throws -> Void
    ) -> Self {
        Self(name: name, body: .direct { handle, input in try handler(context(handle), serde.decodeInput(input)) })
    }

    /// A handler without input; what is sent along is ignored.
    public static func direct<Context>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context,
        _ handler: @escaping @Sendable (Context) throws -> Void
    ) -> Self {
        Self(name: name, body: .direct { handle, _ in try handler(context(handle)) })
    }

    /// A handler that reads the input's bytes in place, and has a result.
    public static func direct<Context, Output>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context, output: Serde<Output>,
        _ handler: @escaping @Sendable (Context, RawSpan) throws -> Output
    ) -> Self {
        Self(
            name: name,
            body: .direct { handle, input in try handle.finish(try handler(context(handle), input), output) })
    }

    /// A handler with an input of a type, and a result.
    public static func direct<Context, Input, Output>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context, input serde: Serde<Input>,
        output: Serde<Output>, _ handler: @escaping @Sendable (Context, Input) throws -> Output
    ) -> Self {
        Self(
            name: name,
            body: .direct { handle, input in
                try handle.finish(try handler(context(handle), serde.decodeInput(input)), output)
            })
    }

    /// A handler without input, and with a result.
    public static func direct<Context, Output>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context, output: Serde<Output>,
        _ handler: @escaping @Sendable (Context) throws -> Output
    ) -> Self {
        Self(name: name, body: .direct { handle, _ in try handle.finish(try handler(context(handle)), output) })
    }

    // MARK: Handlers that may wait

    /// A handler that may wait, with an input of a type.
    public static func suspending<Context: Sendable, Input: Sendable>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context, input serde: Serde<Input>,
        _ handler: @escaping @Sendable (Context, Input) async throws -> Void
    ) -> Self {
        Self(
            name: name,
            body: .suspending { handle, input in
                let value = try serde.decodeInput(input)
                return { try await handler(context(handle), value) }
            })
    }

    /// A handler that may wait, without input.
    public static func suspending<Context: Sendable>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context,
        _ handler: @escaping @Sendable (Context) async throws -> Void
    ) -> Self {
        Self(name: name, body: .suspending { handle, _ in { try await handler(context(handle)) } })
    }

    /// A handler that may wait, with an input of a type, and a result.
    public static func suspending<Context: Sendable, Input: Sendable, Output>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context, input serde: Serde<Input>,
        output: Serde<Output>, _ handler: @escaping @Sendable (Context, Input) async throws -> Output
    ) -> Self {
        Self(
            name: name,
            body: .suspending { handle, input in
                let value = try serde.decodeInput(input)
                return { try handle.finish(try await handler(context(handle), value), output) }
            })
    }

    /// A handler that may wait, without input, and with a result.
    public static func suspending<Context: Sendable, Output>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context, output: Serde<Output>,
        _ handler: @escaping @Sendable (Context) async throws -> Output
    ) -> Self {
        Self(
            name: name,
            body: .suspending { handle, _ in { try handle.finish(try await handler(context(handle)), output) } })
    }
}

extension InvocationHandle {
    /// Sets the invocation's result.
    func finish<Output>(_ value: Output, _ serde: Serde<Output>) throws {
        let bytes = try serde.encode(value)
        scope.setOutput(bytes, ticket)
    }
}
