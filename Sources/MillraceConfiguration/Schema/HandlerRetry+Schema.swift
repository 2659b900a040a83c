extension HandlerRetry: ConfigurationSection {
    static let title = "retry of handlers"

    static var options: [Option<Self>] {
        let wait = ScalarType<Duration>.duration(atLeast: .milliseconds(1))
        return [
            .optional(
                "initial", \.initial, wait, standard: "`500ms`", example: "1s", "The wait before the second attempt."),
            .optional(
                "factor", \.factor, .retryFactor, standard: "`2`", example: "1.5",
                "What each wait is multiplied by to get the next; 1 to 1000."),
            .optional("max", \.max, wait, standard: "`1m`", example: "5m", "The longest wait."),
            .optional(
                "attempts", \.attempts, .attempts, standard: "`70`", example: "unlimited",
                "How many attempts there are in all, the first included; 1 is no retry."),
            .optional(
                "duration", \.duration, .retryDuration, standard: "`unlimited`", example: "1d",
                "For how long after the first failure there are further attempts."),
        ]
    }

    func check(_ node: YAMLNode, _ decoding: inout Decoding) {
        if let max, let initial, max < initial {
            decoding.report(node.start, "the longest wait, 'max', is shorter than the first, 'initial'")
        }
    }
}
