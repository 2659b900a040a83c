/// Where a subscription that has never run begins.
public enum StartPosition: Hashable, Sendable, CustomStringConvertible {
    /// At the oldest record that the source still holds. The default, because it leaves nothing out.
    case earliest
    /// After the newest record of the moment.
    case latest
    /// At the first record of that time or later; milliseconds since 1970.
    case timestamp(milliseconds: Int64)
    /// At that offset in every partition; in a file, at that byte.
    case offset(Int64)

    /// The form that the file uses.
    public var description: String {
        switch self {
        case .earliest: "earliest"
        case .latest: "latest"
        case .timestamp(let milliseconds): "timestamp:\(milliseconds)"
        case .offset(let offset): "offset:\(offset)"
        }
    }
}
