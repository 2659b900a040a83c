/// The handler that a subscription's records go to, or that a schedule invokes: `service://SERVICE/HANDLER`.
public struct SubscriptionSink: Hashable, Sendable, CustomStringConvertible {
    /// The service's name.
    public var service: String
    /// The handler's name.
    public var handler: String

    /// A handler of a service.
    public init(service: String, handler: String) {
        self.service = service
        self.handler = handler
    }

    /// The form that the file uses.
    public var description: String { "service://\(service)/\(handler)" }
}
