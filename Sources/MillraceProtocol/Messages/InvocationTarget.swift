/// Which invocation an attach or a look at an output means.
public enum InvocationTarget: Hashable, Sendable {
    /// By its id, in the form that people see (`inv_1…`).
    case invocation(String)
    /// By the request that made it.
    case idempotentRequest(IdempotentRequestTarget)
    /// The run of a workflow.
    case workflow(WorkflowTarget)
}

/// An invocation that was made with an idempotency key.
public struct IdempotentRequestTarget: Hashable, Sendable {
    /// The service.
    public var serviceName: String
    /// The object's key; `nil` for a service without keys.
    public var serviceKey: String?
    /// The handler.
    public var handlerName: String
    /// What the request was made with.
    public var idempotencyKey: String
    /// Version 7.
    public var scope: String?

    /// Makes one of its parts.
    public init(
        serviceName: String, serviceKey: String? = nil, handlerName: String, idempotencyKey: String,
        scope: String? = nil
    ) {
        self.serviceName = serviceName
        self.serviceKey = serviceKey
        self.handlerName = handlerName
        self.idempotencyKey = idempotencyKey
        self.scope = scope
    }
}

/// The run of a workflow, of which there is one for a key.
public struct WorkflowTarget: Hashable, Sendable {
    /// The workflow.
    public var name: String
    /// The workflow's key.
    public var key: String
    /// Version 7.
    public var scope: String?

    /// Makes one of its parts.
    public init(name: String, key: String, scope: String? = nil) {
        self.name = name
        self.key = key
        self.scope = scope
    }
}
