/// Where a subscription's records come from.
public enum SubscriptionSource: Hashable, Sendable, CustomStringConvertible {
    /// A topic of a configured cluster: `kafka://CLUSTER/TOPIC`.
    case kafka(cluster: String, topic: String)
    /// A file of JSON lines: `file:///ABSOLUTE` or `file:RELATIVE`, relative to the working directory.
    case file(path: String)
    /// JSON lines from standard input: `stdin`.
    case standardInput

    /// The form that the file uses.
    public var description: String {
        switch self {
        case .kafka(let cluster, let topic): "kafka://\(cluster)/\(topic)"
        case .file(let path): path.hasPrefix("/") ? "file://\(path)" : "file:\(path)"
        case .standardInput: "stdin"
        }
    }
}
