/// The context of an exclusive handler of a virtual object: its key and its state, beside what every context offers.
///
/// While the handler runs, or waits, no other exclusive handler of the same key does.
public struct ObjectContext: StateContext {
    /// The invocation behind this context.
    public let handle: InvocationHandle

    /// A context for an invocation.
    public init(_ handle: InvocationHandle) { self.handle = handle }
}

/// The context of a shared handler of a virtual object: it runs beside all others of its key, and reads the state only.
public struct SharedObjectContext: StateReadingContext {
    /// The invocation behind this context.
    public let handle: InvocationHandle

    /// A context for an invocation.
    public init(_ handle: InvocationHandle) { self.handle = handle }
}
