/// What the file says of handlers: in `defaults`, of a service, or of one handler. `nil` leaves it to the next level.
///
/// The levels, the first that says something counts: the handler in the file, its service in the file, the handler in the code, its
/// service in the code, the file's `defaults`, what is built in.
public struct HandlerSettings: Sendable, Equatable {
    /// How an invocation that fails is tried again; a record's follows its subscription's `onError` instead.
    public var retry = HandlerRetry()
    /// What comes after the last attempt.
    public var onExhaustion: Exhaustion?
    /// After so long without anything to do a waiting handler's memory is released.
    public var inactivityTimeout: Duration?
    /// How long, beyond the inactivity timeout, a step may run before the attempt counts as failed.
    public var abortTimeout: Duration?
    /// How long the journal of a completed invocation is kept for people to look at.
    public var journalRetention: Duration?
    /// How long the result of an invocation with an idempotency key is kept.
    public var idempotencyRetention: Duration?
    /// How long a completed workflow's result, state and promises are kept.
    public var workflowRetention: Duration?
    /// How long after the last change an object's state is gone.
    public var stateExpiresAfter: Duration?

    /// What happens when an invocation has failed as often as it may.
    public enum Exhaustion: String, Sendable, CaseIterable {
        /// It waits, with its journal and its key, for a person.
        case pause
        /// It ends with its last error.
        case kill
    }

    /// Nothing.
    public init() {}
}
