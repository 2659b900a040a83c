/// Randomness that a seed decides (SplitMix64), so that a run's decisions can be repeated.
struct CrashRandom: RandomNumberGenerator {
    private var state: UInt64

    // Not a multiple of what is added below: the seeds would all have one sequence, each shifted by one.
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number of a range.
    mutating func within(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True in so many of a hundred cases.
    mutating func chance(_ percent: Int) -> Bool { within(0...99) < percent }
}
