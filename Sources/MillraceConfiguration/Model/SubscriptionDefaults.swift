/// What holds for each subscription that does not say otherwise.
public struct SubscriptionDefaults: Sendable, Equatable {
    /// What happens to a record whose handler fails. A subscription may change parts of it.
    public var onError = ErrorPolicy()

    /// The defaults of the defaults.
    public init() {}
}
