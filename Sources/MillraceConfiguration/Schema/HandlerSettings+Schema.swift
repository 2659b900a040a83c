extension HandlerSettings: ConfigurationSection {
    static let title = "handlers"

    // A new option is a line here, a property, and its place in `HandlerOptions(_: HandlerSettings)` of the server.
    static var options: [Option<Self>] {
        [
            .section(
                "retry", \.retry,
                "How often and when an invocation that fails is tried again; one that a record made follows its subscription's `onError`."
            ),
            .optional(
                "onExhaustion", \.onExhaustion, .choice(), standard: "`pause`", example: "kill",
                "After the last attempt: `pause` it, with its key, until a person looks at it, or `kill` it, so that it ends with its last error."
            ),
            .optional(
                "inactivityTimeout", \.inactivityTimeout, .duration(atLeast: .milliseconds(1)), standard: "`1m`",
                example: "10m",
                "After so long without anything to do a waiting handler's memory is released; it is replayed when it can go on."
            ),
            .optional(
                "abortTimeout", \.abortTimeout, .duration(atLeast: .milliseconds(1)), standard: "`10m`", example: "1h",
                "How long, beyond `inactivityTimeout`, a step may run before the attempt counts as failed."),
            .optional(
                "journalRetention", \.journalRetention, .duration(), standard: "not kept", example: "1d",
                "How long the journal of a completed invocation is kept for people to look at."),
            .optional(
                "idempotencyRetention", \.idempotencyRetention, .duration(), standard: "`1d`", example: "7d",
                "How long the result of an invocation with an idempotency key is kept."),
            .optional(
                "workflowRetention", \.workflowRetention, .duration(), standard: "`1d`", example: "30d",
                "How long a completed workflow's result, state and promises are kept."),
            .optional(
                "stateExpiresAfter", \.stateExpiresAfter, .duration(atLeast: .milliseconds(1)), standard: "never",
                example: "30d",
                "An object's state is gone so long after a handler with this option set a value of it last."),
        ]
    }
}
