/// The context of a workflow's `run`: its key, its state and its promises, beside what every context offers.
public struct WorkflowContext: StateContext, PromiseContext {
    /// The invocation behind this context.
    public let handle: InvocationHandle

    /// A context for an invocation.
    public init(_ handle: InvocationHandle) { self.handle = handle }
}

/// The context of a workflow's other handlers: they run beside its `run`, read its state, and complete its promises.
public struct SharedWorkflowContext: StateReadingContext, PromiseContext {
    /// The invocation behind this context.
    public let handle: InvocationHandle

    /// A context for an invocation.
    public init(_ handle: InvocationHandle) { self.handle = handle }
}

/// A context with the promises of a workflow.
public protocol PromiseContext: InvocationContext {}

extension PromiseContext {
    /// A promise of this workflow. It is there from the start, and is completed once, by any of the workflow's handlers.
    public func promise<Value>(_ key: PromiseKey<Value>) -> DurablePromise<Value> {
        DurablePromise(handle: handle, key: key)
    }
}
