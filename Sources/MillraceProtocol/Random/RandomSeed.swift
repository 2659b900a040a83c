/// What the random numbers of a handler come from.
public enum RandomSeed {
    /// The seed of an invocation: the first eight bytes, big-endian, of the SHA-256 of its 24 bytes.
    ///
    /// It is the same for each attempt, without being stored. Peers of version 5, which are sent no seed, derive this one
    /// themselves, so that an invocation has one seed whatever the version. Whoever knows the id knows the seed: random
    /// numbers of a handler are for decisions that can be repeated, not for secrets. Handlers in the engine's own process, whose numbers no
    /// peer derives, have a cheaper seed, `DurableGenerator`.
    public static func of(_ invocation: [UInt8]) -> UInt64 {
        SHA256.digest(of: invocation).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
