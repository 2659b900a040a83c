/// What a document may have at most.
enum JSONLimits {
    /// Arrays and objects within each other. Reading and writing such a value takes stack for each level.
    static let maxDepth = 512
    /// A document's bytes; offsets are kept in 32 bits.
    static let maxBytes = Int(Int32.max) - 64
    /// Buffers above this are not kept for the next document.
    static let maxKeptBytes = 1 << 20
}
