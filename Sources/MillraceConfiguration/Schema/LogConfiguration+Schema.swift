extension LogConfiguration: ConfigurationSection {
    static let title = "log"

    static var options: [Option<Self>] {
        [
            .value(
                "level", \.level, .choice(), example: "debug", "The least important entries that are still written."),
            .value("format", \.format, .choice(), example: "json", "A line of text, or a JSON object on a line."),
        ]
    }
}
