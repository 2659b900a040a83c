/// The shard's counters, as a row of `meta`: three little-endian integers of eight bytes under the name `s`.
struct SequenceRow: Equatable {
    static let name = UInt8(ascii: "s")
    /// The number of the last invocation made by the shard.
    var invocation: UInt64
    /// The number of the last message that left it.
    var message: UInt64
    /// All messages up to this number have arrived.
    var acked: UInt64

    init(invocation: UInt64, message: UInt64, acked: UInt64) {
        self.invocation = invocation
        self.message = message
        self.acked = acked
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 24 else { return nil }
        func word(_ at: Int) -> UInt64 {
            unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        invocation = word(0)
        message = word(8)
        acked = word(16)
    }

    var words: InlineArray<3, UInt64> { [invocation.littleEndian, message.littleEndian, acked.littleEndian] }
}
