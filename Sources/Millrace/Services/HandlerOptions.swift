/// What can be set for a service and, above that, for one of its handlers. `nil` leaves it to the next level: handler,
/// service, the `defaults` of the configuration. What the configuration says of a service or handler by its name counts
/// before all of them.
public struct HandlerOptions: Sendable, Equatable {
    /// What happens when an invocation has failed as often as its retry policy allows.
    public enum Exhaustion: String, Sendable {
        /// It waits, with its journal and its key, for a person.
        case pause
        /// It ends with its last error.
        case kill
    }

    /// How a failing invocation is tried again. A record's invocation follows its subscription's policy instead.
    public var retry: RetryPolicy?
    /// What comes after the last attempt.
    public var onExhaustion: Exhaustion?
    /// After so long without anything to do a waiting handler's memory is released; it is replayed when it can go on.
    public var inactivityTimeout: Duration?
    /// How long, beyond the inactivity timeout, a step may run before the attempt counts as failed: its task is cancelled, what it
    /// still returns has no effect, and the handler is tried again by its policy. By default ten minutes.
    public var abortTimeout: Duration?
    /// How long journal and result of a completed invocation are kept for people to look at; by default not at all. A handler that
    /// never waits has no journal. Where a result is kept anyway, the journal is kept as long as that at the most.
    public var journalRetention: Duration?
    /// How long the result of an invocation with an idempotency key is kept.
    public var idempotencyRetention: Duration?
    /// How long a completed workflow's result, state and promises are kept.
    public var workflowRetention: Duration?
    /// An object's state is gone so long after a handler with this option set a value of it last, or up to a sixty-fourth of that
    /// later. By default it stays until it is cleared.
    public var stateExpiresAfter: Duration?
    /// The revision of the code, for people: journals remember it, and the error of one that does not match names it and the present one.
    public var revision: String?

    /// Options; those left out are decided at the next level.
    public init(
        retry: RetryPolicy? = nil, onExhaustion: Exhaustion? = nil, inactivityTimeout: Duration? = nil,
        abortTimeout: Duration? = nil, journalRetention: Duration? = nil, idempotencyRetention: Duration? = nil,
        workflowRetention: Duration? = nil, stateExpiresAfter: Duration? = nil, revision: String? = nil
    ) {
        self.retry = retry
        self.onExhaustion = onExhaustion
        self.inactivityTimeout = inactivityTimeout
        self.abortTimeout = abortTimeout
        self.journalRetention = journalRetention
        self.idempotencyRetention = idempotencyRetention
        self.workflowRetention = workflowRetention
        self.stateExpiresAfter = stateExpiresAfter
        self.revision = revision
    }

    /// These options, and where they say nothing those of another level.
    package func over(_ other: HandlerOptions) -> HandlerOptions {
        HandlerOptions(
            retry: retry ?? other.retry, onExhaustion: onExhaustion ?? other.onExhaustion,
            inactivityTimeout: inactivityTimeout ?? other.inactivityTimeout,
            abortTimeout: abortTimeout ?? other.abortTimeout,
            journalRetention: journalRetention ?? other.journalRetention,
            idempotencyRetention: idempotencyRetention ?? other.idempotencyRetention,
            workflowRetention: workflowRetention ?? other.workflowRetention,
            stateExpiresAfter: stateExpiresAfter ?? other.stateExpiresAfter, revision: revision ?? other.revision)
    }
}
