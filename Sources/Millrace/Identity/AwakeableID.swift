/// Names an awakeable: the invocation that waits for it, and its number there.
///
/// As text: `sign_1`, then the URL-safe base64 of the invocation id's 24 bytes and the number (4 bytes, big-endian).
package struct AwakeableID: Hashable, Sendable, CustomStringConvertible {
    package let invocation: InvocationID
    package let index: UInt32

    /// The number of an invocation's first awakeable; those below are reserved.
    package static let firstIndex: UInt32 = 17

    package init(invocation: InvocationID, index: UInt32) {
        self.invocation = invocation
        self.index = index
    }

    private static let prefix = "sign_1"
    /// How older versions of the protocol began it.
    private static let legacyPrefix = "prom_1"
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package var description: String {
        var bytes = invocation.bytes
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: index >> shift)) }
        var text = Array(Self.prefix.utf8)
        var at = 0
        while at < bytes.count {
            let left = bytes.count - at
            let word =
                UInt32(bytes[at]) << 16 | (left > 1 ? UInt32(bytes[at + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[at + 2]) : 0)
            for digit in 0..<min(4, left + 1) { text.append(Self.alphabet[Int(word >> (18 - 6 * digit) & 63)]) }
            at += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads the text, with or without padding; `nil` where it is no awakeable's id.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) || text.hasPrefix(Self.legacyPrefix) else { return nil }
        var digits = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
        // 28 bytes are 38 digits and, where there is padding, exactly two signs of it.
        if digits.count == 40, digits.suffix(2).elementsEqual("==".utf8) { digits.removeLast(2) }
        guard digits.count == 38 else { return nil }
        var bytes: [UInt8] = []
        var word: UInt32 = 0
        var bits = 0
        for digit in digits {
            guard let value = Self.alphabet.firstIndex(of: digit) else { return nil }
            word = word << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            }
        }
        guard word & (1 << UInt32(bits) - 1) == 0, let id = InvocationID(bytes: bytes.prefix(InvocationID.byteCount))
        else {
            return nil
        }
        invocation = id
        index = bytes.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
