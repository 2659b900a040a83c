extension EngineConfiguration: ConfigurationSection {
    static let title = "engine"

    static var options: [Option<Self>] {
        [
            .optional(
                "threads", \.threads, .integer(in: 1...1024), standard: "one a core", example: "4",
                "How many threads run shards."),
            .value(
                "maxQueuedRecords", \.maxQueuedRecords, .integer(in: 1...Int.max), example: "5000000",
                "How many records of one subscription may wait in the store before its source pauses; the rest stays in Kafka."
            ),
            .value(
                "maxRecordSize", \.maxRecordBytes, .size(atLeast: 1024), example: "64MiB",
                "The largest record, key, value and headers together. A larger one goes the way of `onError.then` at once."
            ),
            .value(
                "blockedAfter", \.blockedAfter, .duration(atLeast: .milliseconds(10)), example: "250ms",
                "How long a handler may hold its thread, and with it other keys, before the log and the metrics say so."
            ),
            .value(
                "deadlockAfter", \.deadlockAfter, .duration(atLeast: .milliseconds(10)), example: "5s",
                "How long an invocation waits for another one before it is looked at whether they wait for each other."
            ),
            .value(
                "failsDeadlocks", \.failsDeadlocks, .boolean, example: "false",
                "Whether one of the invocations that wait for each other gets an error, so that the others go on; otherwise they are only told of."
            ),
            .value(
                "shutdownTimeout", \.shutdownTimeout, .duration(), example: "2m",
                "How long a shutdown waits for handlers before it ends without them. Nothing is lost either way."),
        ]
    }
}
