/// Random numbers of one invocation, the same in every replay.
///
/// ```swift
/// var random = context.random
/// let winner = Int.random(in: 0..<entries.count, using: &random)
/// ```
public struct DurableRandom: RandomNumberGenerator, Sendable {
    let handle: InvocationHandle

    /// The next number.
    public func next() -> UInt64 { handle.scope.nextRandom(handle.ticket) }

    /// The text of a random UUID (version 4), in lower case.
    public func uuid() -> String {
        let high = next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        func digits(_ value: UInt64, _ count: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: count - text.count) + text
        }
        return digits(high >> 32, 8) + "-" + digits(high >> 16 & 0xffff, 4) + "-" + digits(high & 0xffff, 4) + "-"
            + digits(low >> 48, 4) + "-" + digits(low & 0xffff_ffff_ffff, 12)
    }
}
