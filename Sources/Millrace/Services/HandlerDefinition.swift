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
    package let body: Body

    package init(name: String, body: Body) {
        self.name = name
        self.body = body
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
        Self(name: name, body: .direct { handle, input in try handler(context(handle), serde.decode(input)) })
    }

    /// A handler without input; what is sent along is ignored.
    public static func direct<Context>(
        _ name: String, _ context: @escaping @Sendable (InvocationHandle) -> Context,
        _ handler: @escaping @Sendable (Context) throws -> Void
    ) -> Self {
        Self(name: name, body: .direct { handle, _ in try handler(context(handle)) })
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
                let value = try serde.decode(input)
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
}
