extension RetryPolicy: ConfigurationSection {
    static let title = "retry"

    static var options: [Option<Self>] {
        let wait = ScalarType<Duration>.duration(atLeast: .milliseconds(1))
        return [
            .value("initial", \.initial, wait, example: "1s", "The wait before the second attempt."),
            .value(
                "factor", \.factor, .retryFactor, example: "1.5",
                "What each wait is multiplied by to get the next; 1 to 1000."),
            .value("max", \.max, wait, example: "5m", "The longest wait."),
            .value(
                "attempts", \.attempts, .attempts, example: "unlimited",
                "How many attempts there are in all, the first included; 1 is no retry."),
        ]
    }

    func check(_ node: YAMLNode, _ decoding: inout Decoding) {
        if max < initial {
            decoding.report(node.start, "the longest wait, 'max', is shorter than the first, 'initial'")
        }
    }
}
