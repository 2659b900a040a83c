/// A context that was used in a way that cannot work.
public enum ContextError: Error, CustomStringConvertible, Sendable {
    /// The handler had returned already.
    case usedAfterReturn(handler: String)
    /// The call came from a thread that is not the handler's, for example from an unstructured or detached task.
    case usedFromOtherTask(handler: String)
    /// A value above a limit.
    case tooLarge(what: String, bytes: Int, limit: Int)
    /// No service or handler of that name takes part in this application.
    case unknownTarget(service: String, handler: String)
    /// There is no sink of that name.
    case unknownSink(String)

    /// What was wrong, and what to do.
    public var description: String {
        switch self {
        case .usedAfterReturn(let handler):
            "the context of \(handler) was used after the handler had returned; await everything before you return"
        case .usedFromOtherTask(let handler):
            "the context of \(handler) was used from another task; use it in the handler itself or its child tasks"
        case .tooLarge(let what, let bytes, let limit):
            "\(what) has \(bytes) bytes, and the limit is \(limit); store it elsewhere and keep a reference"
        case .unknownTarget(let service, let handler):
            "no service of this application has a handler \(service)/\(handler)"
        case .unknownSink(let name):
            "no Kafka cluster '\(name)' is configured; add it under kafka.clusters"
        }
    }
}
