/// The id that an awakeable gives out: which signal of which invocation completes it.
///
/// The text is `sign_1`, then the invocation's 24 bytes and the signal's index (4, big-endian) in base 64 with the alphabet
/// for URLs, without padding.
public struct WireAwakeableID: Hashable, Sendable, CustomStringConvertible {
    private static let prefix = "sign_1"
    /// How older versions began it. They are still around, in databases and mails.
    private static let legacyPrefix = "prom_1"
    private static let byteCount = WireInvocationID.byteCount + 4
    private static let digitCount = 38

    /// The invocation that waits.
    public let invocation: WireInvocationID
    /// The index of its signal.
    public let signal: UInt32

    /// Makes one of its parts.
    public init(invocation: WireInvocationID, signal: UInt32) {
        self.invocation = invocation
        self.signal = signal
    }

    /// Reads the text form, with or without padding.
    ///
    /// - Throws: ``IdentifierError`` when it is not an awakeable's id.
    public init(text: String) throws(IdentifierError) {
        guard text.hasPrefix(Self.prefix) || text.hasPrefix(Self.legacyPrefix) else {
            let isOtherVersion = text.hasPrefix("sign_") || text.hasPrefix("prom_")
            throw isOtherVersion
                ? .version(kind: .awakeable, expected: Self.prefix) : .prefix(kind: .awakeable, expected: Self.prefix)
        }
        var digits = text.utf8.dropFirst(Self.prefix.utf8.count)
        // 28 bytes are 38 digits and, where there is padding, exactly two signs of it.
        if digits.count == Self.digitCount + 2, digits.suffix(2).elementsEqual("==".utf8) {
            digits = digits.dropLast(2)
        }
        guard digits.count == Self.digitCount else {
            throw .length(
                kind: .awakeable, expected: Self.prefix.utf8.count + Self.digitCount, actual: text.utf8.count)
        }
        let bytes = try Base64URL.decode(digits)
        guard let invocation = WireInvocationID(bytes: bytes.prefix(WireInvocationID.byteCount)) else {
            throw .range(kind: .awakeable)
        }
        self.invocation = invocation
        signal = bytes.dropFirst(WireInvocationID.byteCount).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The text form, 44 characters.
    public var description: String {
        var bytes = invocation.bytes
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: signal >> shift))
        }
        return Self.prefix + Base64URL.encode(bytes)
    }
}
