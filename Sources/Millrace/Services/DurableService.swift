/// A type whose handlers the engine can run. The macros add the conformance.
public protocol DurableService: Sendable {
    /// What `send` returns: one function a handler.
    associatedtype SendClient: ServiceClient
    /// What `call` returns: one function a handler.
    associatedtype CallClient: ServiceCallClient

    /// The service's name.
    static var serviceName: String { get }
    /// The service with its handlers.
    var definition: ServiceDefinition { get }
}

/// A service with keys: a virtual object or a workflow.
public protocol KeyedService: DurableService {}

/// A virtual object: a service with keys and state.
public protocol VirtualObjectService: KeyedService {}

/// A workflow: a `run` for each key, and handlers beside it.
public protocol WorkflowService: KeyedService {}

/// A service without keys.
public protocol PlainService: DurableService {}

/// A generated client, made around what it sends through.
public protocol ServiceClient: Sendable {
    /// A client that sends through `sender`.
    init(_ sender: InvocationSender)
}
