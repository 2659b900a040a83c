/// How many attempts a record has.
public enum RetryLimit: Hashable, Sendable, CustomStringConvertible {
    /// That many in all, the first included; 1 is no retry.
    case attempts(Int)
    /// Until it succeeds.
    case unlimited

    /// The form that the file uses.
    public var description: String {
        switch self {
        case .attempts(let count): "\(count)"
        case .unlimited: "unlimited"
        }
    }
}
