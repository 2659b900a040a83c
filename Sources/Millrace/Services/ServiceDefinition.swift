/// A service as the engine sees it: a name, a kind and handlers. The macros make it; it can be written by hand too.
public struct ServiceDefinition: Sendable {
    /// The name that subscriptions and callers use.
    public let name: String
    /// Whether it has keys, and how its handlers run beside each other.
    public let kind: ServiceKind
    /// The handlers; their names differ.
    public let handlers: [HandlerDefinition]
    /// What holds for all handlers that say nothing else.
    public let options: HandlerOptions

    /// A service made of handlers.
    public init(
        name: String, kind: ServiceKind, handlers: [HandlerDefinition], options: HandlerOptions = HandlerOptions()
    ) {
        self.name = name
        self.kind = kind
        self.handlers = handlers
        self.options = options
    }
}
