/// The context of a handler of a service without keys.
public struct ServiceContext: InvocationContext {
    /// The invocation behind this context.
    public let handle: InvocationHandle

    /// A context for an invocation.
    public init(_ handle: InvocationHandle) { self.handle = handle }
}
