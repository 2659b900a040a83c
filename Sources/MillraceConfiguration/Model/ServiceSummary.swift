/// What a configuration must know of a service to be checked against it.
public struct ServiceSummary: Sendable, Hashable {
    /// Whether a service's handlers are called with a key.
    public enum Kind: Sendable, Hashable {
        /// Virtual objects and workflows.
        case keyed
        /// Plain services.
        case unkeyed
    }

    /// The name.
    public let name: String
    /// Whether it has keys.
    public let kind: Kind
    /// The handlers' names.
    public let handlers: [String]
    /// The handler that runs once for each key: a workflow's `run`.
    public let run: String?

    /// A service.
    public init(name: String, kind: Kind, handlers: [String], run: String? = nil) {
        self.name = name
        self.kind = kind
        self.handlers = handlers
        self.run = run
    }
}
