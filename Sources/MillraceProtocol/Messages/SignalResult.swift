/// What a signal brings.
public enum SignalResult: Hashable, Sendable {
    case void
    case value([UInt8])
    case failure(Failure)
}
