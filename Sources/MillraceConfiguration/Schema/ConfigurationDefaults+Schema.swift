extension ConfigurationDefaults: ConfigurationSection {
    static let title = "defaults"

    static var options: [Option<Self>] {
        [.section("onError", \.onError, "What happens to a record whose handler fails.")]
            + HandlerSettings.options.map { $0.within(\.handlers) }
    }
}
