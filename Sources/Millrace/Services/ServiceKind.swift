/// The kinds of service. Virtual objects and workflows have keys.
public enum ServiceKind: String, Sendable {
    /// Handlers without keys, which run side by side.
    case service = "SERVICE"
    /// Handlers of a keyed object with state; exclusive ones run one at a time for each key.
    case virtualObject = "VIRTUAL_OBJECT"
}
