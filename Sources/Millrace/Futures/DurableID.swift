/// What a journal knows the result of an operation by.
package enum DurableID: Hashable, Sendable {
    /// A command's completion.
    case completion(UInt32)
    /// A signal with a number: 1 cancels, 17 and above are awakeables.
    case signal(UInt32)
    /// The n-th signal of a name, from 0 on.
    case namedSignal(String, Int)

    /// The built-in signal that cancels an invocation.
    package static let cancel = DurableID.signal(1)
}
