/// Names one invocation, for ever and across restarts.
///
/// 24 bytes: the hash of the target's key (8, big-endian; it decides the shard), the time at which the invocation is due
/// in milliseconds since 1970 (6, big-endian; 0 when it was due at once), the shard that made it (2, big-endian) and that
/// shard's sequence number (8, big-endian). Being due is part of the name, so that a delayed send can be found, and
/// cancelled, by its id alone.
public struct InvocationID: Hashable, Sendable, CustomStringConvertible {
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

    /// How many bytes ``bytes`` has.
    package static let byteCount = 24

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

    /// `inv_` and 48 hexadecimal digits.
    public var description: String {
        "inv_"
            + bytes.map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }
}
