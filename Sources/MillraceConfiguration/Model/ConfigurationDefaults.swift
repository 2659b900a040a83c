/// What holds for each subscription and each handler that does not say otherwise.
public struct ConfigurationDefaults: Sendable, Equatable {
    /// What happens to a record whose handler fails. A subscription may change parts of it.
    public var onError = ErrorPolicy()
    /// What holds for handlers of which neither the file nor the code says something else.
    public var handlers = HandlerSettings()

    /// The defaults of the defaults.
    public init() {}
}
