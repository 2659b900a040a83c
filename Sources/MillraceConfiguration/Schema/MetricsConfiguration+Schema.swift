extension MetricsConfiguration: ConfigurationSection {
    static let title = "metrics"

    static var options: [Option<Self>] {
        [
            .value("port", \.port, .integer(in: 0...65535), example: "9100", "The TCP port; 0 for none."),
            .value("address", \.address, .address, example: "0.0.0.0", "The IP address that it is bound to."),
        ]
    }
}
