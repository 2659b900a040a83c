/// Which signal of an invocation: one of the numbered, or one that has a name.
public enum SignalID: Hashable, Sendable {
    /// 1 is ``cancel``, 2 to 16 are reserved, and from ``firstFree`` on they belong to awakeables.
    case index(UInt32)
    /// A name that the user chose.
    case name(String)

    /// Asks the invocation to cancel itself.
    public static let cancel = SignalID.index(1)

    /// The first index that an invocation gives to an awakeable.
    public static let firstFree: UInt32 = 17
}
