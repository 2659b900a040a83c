/// The kinds of service. Virtual objects and workflows have keys.
public enum ServiceKind: String, Sendable {
    /// Handlers without keys, which run side by side.
    case service = "SERVICE"
    /// Handlers of a keyed object with state; exclusive ones run one at a time for each key.
    case virtualObject = "VIRTUAL_OBJECT"
    /// A `run` that runs once for each key, and handlers beside it.
    case workflow = "WORKFLOW"
}

/// How a handler of a keyed service runs beside others of its key.
public enum HandlerKind: String, Sendable {
    /// One at a time for each key; the kind of handlers of services without keys, too, where it means nothing.
    case exclusive = "EXCLUSIVE"
    /// Beside all others, reading the state only.
    case shared = "SHARED"
    /// A workflow's `run`: once for each key.
    case workflow = "WORKFLOW"
}
