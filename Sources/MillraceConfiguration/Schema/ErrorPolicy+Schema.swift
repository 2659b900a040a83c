extension ErrorPolicy: ConfigurationSection {
    static let title = "onError"

    static var options: [Option<Self>] {
        [
            .section("retry", \.retry, "How often and when the record is tried again. Other keys go on meanwhile."),
            .value(
                "then", \.then, .choice(), example: "skip",
                "When it has been tried often enough, or cannot succeed: `park` its key until a person looks at it, `skip` it, or `stop` its partition."
            ),
        ]
    }
}
