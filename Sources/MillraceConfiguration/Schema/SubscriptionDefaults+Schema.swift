extension SubscriptionDefaults: ConfigurationSection {
    static let title = "defaults"

    static var options: [Option<Self>] {
        [.section("onError", \.onError, "What happens to a record whose handler fails.")]
    }
}
