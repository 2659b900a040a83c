/// A context that was used in a way that cannot work.
public enum ContextError: Error, CustomStringConvertible, Sendable {
    /// The handler had returned already.
    case usedAfterReturn(handler: String)
    /// The call came from a thread that is not the handler's, for example from an unstructured or detached task.
    case usedFromOtherTask(handler: String)
    /// The context was used inside of a durable step.
    case usedInStep(handler: String, step: String)
    /// A value above a limit.
    case tooLarge(what: String, bytes: Int, limit: Int)
    /// No service or handler of that name takes part in this application.
    case unknownTarget(service: String, handler: String)
    /// A service without keys was given a key, or one with keys none.
    case wrongKey(service: String, needsKey: Bool)
    /// There is no sink of that name.
    case unknownSink(String)
    /// An operation that only a handler that is `async` can do.
    case cannotWait(handler: String)
    /// A result was read before it was there.
    case notComplete
    /// A combination of no futures.
    case nothingToWaitFor(String)
    /// An empty idempotency key.
    case emptyIdempotencyKey
    /// Text that is no awakeable's id.
    case malformedAwakeable(String)
    /// Text that is no invocation's id.
    case malformedInvocationID(String)

    /// What was wrong, and what to do.
    public var description: String {
        switch self {
        case .usedAfterReturn(let handler):
            "the context of \(handler) was used after the handler had returned; await everything before you return"
        case .usedFromOtherTask(let handler):
            "the context of \(handler) was used from another task; use it in the handler itself or its child tasks"
        case .usedInStep(let handler, let step):
            "the context of \(handler) was used inside the durable step '\(step)'; a step's result is recorded as a whole: use the context before or after it"
        case .tooLarge(let what, let bytes, let limit):
            "\(what) has \(bytes) bytes, and the limit is \(limit); store it elsewhere and keep a reference"
        case .unknownTarget(let service, let handler):
            "no service of this application has a handler \(service)/\(handler)"
        case .wrongKey(let service, let needsKey):
            needsKey
                ? "'\(service)' has keys, and none was given; give the key of the object"
                : "'\(service)' is a service without keys, and one was given; leave it out"
        case .unknownSink(let name):
            "no Kafka cluster '\(name)' is configured; add it under kafka.clusters"
        case .cannotWait(let handler):
            "\(handler) is not 'async', so it cannot wait; declare the handler 'async throws'"
        case .notComplete: "a result was read that is not there yet; await the future's value"
        case .nothingToWaitFor(let what): "'\(what)' of no futures never completes; give it one at least"
        case .emptyIdempotencyKey: "an idempotency key has at least one character; leave it out, or name the request"
        case .malformedAwakeable(let text):
            "'\(text.prefix(80))' is no awakeable's id; pass on the text of 'awakeable.id' as it is"
        case .malformedInvocationID(let text): "'\(text.prefix(80))' is no invocation's id; it has the form inv_1…"
        }
    }
}
