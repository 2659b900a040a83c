/// What the file says of one service, and of handlers of it.
public struct ServiceSettings: Sendable, Equatable {
    /// The service's name.
    public var name: String
    /// What holds for all its handlers.
    public var settings = HandlerSettings()
    /// What holds for single ones, in the file's order.
    public var handlers: [Handler] = []

    /// What the file says of one handler.
    public struct Handler: Sendable, Equatable {
        /// The handler's name.
        public var name: String
        /// What holds for it.
        public var settings = HandlerSettings()

        /// A handler of which nothing is said.
        public init(name: String) { self.name = name }
    }

    /// A service of which nothing is said.
    public init(name: String) { self.name = name }
}
