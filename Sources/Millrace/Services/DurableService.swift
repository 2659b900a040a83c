/// A type whose handlers the engine can run. The macros add the conformance.
public protocol DurableService: Sendable {
    /// What `send` returns: one function a handler.
    associatedtype SendClient: ServiceClient

    /// The service's name.
    static var serviceName: String { get }
    /// The service with its handlers.
    var definition: ServiceDefinition { get }
}

/// A virtual object: a service with keys and state.
public protocol VirtualObjectService: DurableService {}

/// A service without keys.
public protocol PlainService: DurableService {}

/// A generated client, made around what it sends through.
public protocol ServiceClient: Sendable {
    /// A client that sends through `sender`.
    init(_ sender: InvocationSender)
}
