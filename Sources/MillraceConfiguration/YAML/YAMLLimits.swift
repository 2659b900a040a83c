/// How large a file may be, so that reading any file ends soon and in little memory.
struct YAMLLimits: Sendable {
    /// The file's size.
    var bytes = 1 << 20
    /// How deep lists and mappings may be nested.
    var depth = 32
    /// The number of scalars, lists and mappings.
    var nodes = 100_000
    /// How many bytes the environment may put in, in all.
    var substitutedBytes = 4 << 20
}
