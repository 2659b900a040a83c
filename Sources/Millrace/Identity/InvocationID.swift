/// Names one invocation, for ever and across restarts.
///
/// 24 bytes: the hash of the target's key (8, big-endian; it decides the shard), the time at which the invocation is due
/// in milliseconds since 1970 (6, big-endian; 0 when it was due at once), the shard that made it (2, big-endian) and that
/// shard's sequence number (8, big-endian). Being due is part of the name, so that a delayed send can be found, and
/// cancelled, by its id alone.
public struct InvocationID: Hashable, Sendable, LosslessStringConvertible {
    /// The hash of the target's service and key.
    public let keyHash: UInt64
    /// Milliseconds since 1970 at which a delayed invocation is due; 0 when it was due at once.
    public let dueMilliseconds: UInt64
    /// The shard on which the invocation was made.
    public let originShard: UInt16
    /// The number of the invocation among those made by its origin shard.
    public let sequence: UInt64

    package init(keyHash: UInt64, dueMilliseconds: UInt64, originShard: UInt16, sequence: UInt64) {
        self.keyHash = keyHash
        self.dueMilliseconds = dueMilliseconds & 0xffff_ffff_ffff
        self.originShard = originShard
        self.sequence = sequence
    }

    /// The origin of ids that are derived from names: a workflow's, or an idempotency key. Their other numbers are a digest.
    package static let derivedOrigin = UInt16.max

    /// An id that is derived from names, so that the same names have the same id.
    ///
    /// - Parameter digest: 14 bytes at least, of which the first are used.
    package init(keyHash: UInt64, digest: some Collection<UInt8>) {
        var bytes = Array(digest.prefix(14))
        while bytes.count < 14 { bytes.append(0) }
        self.init(
            keyHash: keyHash, dueMilliseconds: bytes[..<6].reduce(0) { $0 << 8 | UInt64($1) },
            originShard: Self.derivedOrigin, sequence: bytes[6...].reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Whether the id is derived from names.
    package var isDerived: Bool { originShard == Self.derivedOrigin }

    /// When a delayed invocation is due, by its id; 0 where it was due at once, or the id does not say.
    package var knownDue: UInt64 { isDerived ? 0 : dueMilliseconds }

    /// How many bytes ``bytes`` has.
    @inlinable package static var byteCount: Int { 24 }

    /// The 24 bytes described above.
    public var bytes: [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(Self.byteCount)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: keyHash >> shift)) }
        for shift in stride(from: 40, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: dueMilliseconds >> shift))
        }
        bytes.append(UInt8(originShard >> 8))
        bytes.append(UInt8(truncatingIfNeeded: originShard))
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: sequence >> shift)) }
        return bytes
    }

    /// Reads the form that ``bytes`` writes, or returns `nil` where there are not 24 bytes.
    @inlinable
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var iterator = bytes.makeIterator()
        func next(_ count: Int) -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<count { value = value << 8 | UInt64(iterator.next() ?? 0) }
            return value
        }
        keyHash = next(8)
        dueMilliseconds = next(6)
        originShard = UInt16(next(2))
        sequence = next(8)
    }

    /// `inv_1`, and the two halves (8 and 16 bytes) in base 62: 11 and 22 digits.
    public var description: String {
        let bytes = bytes
        return Self.prefix + Self.base62(bytes.prefix(8), count: 11) + Self.base62(bytes.suffix(16), count: 22)
    }

    /// Reads the text that ``description`` writes, or returns `nil` where it is none.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 38, text.hasPrefix(Self.prefix),
            let high = Self.number(digits[5..<16], count: 8), let low = Self.number(digits[16...], count: 16)
        else { return nil }
        self.init(bytes: high + low)
    }

    private static let prefix = "inv_1"
    private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// The bytes are read as a little-endian number; its most significant digit comes first.
    private static func base62(_ bytes: ArraySlice<UInt8>, count: Int) -> String {
        var number = bytes.reversed().reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        var text = [UInt8](repeating: digits[0], count: count)
        for at in stride(from: count - 1, through: 0, by: -1) {
            text[at] = digits[Int(number % 62)]
            number /= 62
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func number(_ text: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
        var number = UInt128(0)
        for digit in text {
            guard let value = digits.firstIndex(of: digit) else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: 62)
            let (sum, carry) = product.addingReportingOverflow(UInt128(value))
            guard !overflow, !carry else { return nil }
            number = sum
        }
        var bytes: [UInt8] = []
        for _ in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: number))
            number >>= 8
        }
        return number == 0 ? bytes : nil
    }
}

extension InvocationID: Codable {
    /// Reads the text of ``description``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = InvocationID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected an invocation's id, of the form inv_1…")
        }
        self = id
    }

    /// Writes the text of ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
