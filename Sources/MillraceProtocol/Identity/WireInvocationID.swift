/// An invocation's id as the protocol has it: 24 bytes for programs, and a text for people.
///
/// The bytes are a partition key (8, big-endian) and a number that tells the invocations of a partition key apart (16,
/// big-endian). The text is `inv_1`, then the two parts in base 62 with 11 and 22 digits. Each part is written as the number
/// that its bytes are when read as little-endian, not big-endian: that is how ids are written by those who were first.
///
///     0102030405060708 090a0b0c0d0e0f101112131415161718 = inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz
public struct WireInvocationID: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes an id has.
    public static let byteCount = 24

    private static let prefix = "inv_1"
    private static let partitionDigits = 11
    private static let uniqueDigits = 22

    /// Decides where the invocation lives.
    public let partitionKey: UInt64
    /// Tells apart the invocations of a partition key.
    public let unique: UInt128

    /// Makes one of its parts.
    public init(partitionKey: UInt64, unique: UInt128) {
        self.partitionKey = partitionKey
        self.unique = unique
    }

    /// Reads 24 bytes; `nil` where there are more or fewer.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        partitionKey = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        unique = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// Reads the text form.
    ///
    /// - Throws: ``IdentifierError`` when it is not an invocation's id.
    public init(text: String) throws(IdentifierError) {
        guard text.hasPrefix("inv_") else { throw .prefix(kind: .invocation, expected: Self.prefix) }
        guard text.hasPrefix(Self.prefix) else { throw .version(kind: .invocation, expected: Self.prefix) }
        let digits = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
        let expected = Self.partitionDigits + Self.uniqueDigits
        guard digits.count == expected else {
            throw .length(
                kind: .invocation, expected: Self.prefix.utf8.count + expected, actual: text.utf8.count)
        }
        partitionKey = try Base62.decode(digits[..<Self.partitionDigits], UInt64.self).byteSwapped
        unique = try Base62.decode(digits[Self.partitionDigits...], UInt128.self).byteSwapped
    }

    /// The 24 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: partitionKey >> shift))
        }
        for shift in stride(from: 120, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: unique >> shift)) }
        return bytes
    }

    /// The text form, 38 characters.
    public var description: String {
        var text = Array(Self.prefix.utf8)
        Base62.encode(partitionKey.byteSwapped, digits: Self.partitionDigits, into: &text)
        Base62.encode(unique.byteSwapped, digits: Self.uniqueDigits, into: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
