import Millrace

/// The random numbers of one invocation: SplitMix64, begun from its id, so that they are the same in every replay.
///
/// `RandomSeed` is the seed of the service protocol, which remote handlers are sent, or derive themselves. No peer has to come to these
/// numbers, so they cost no SHA-256.
struct DurableGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ id: InvocationID) {
        state = 0
        for byte in id.bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 &+ 0x9E37_79B9_7F4A_7C15 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
