/// One value, or one member's name, in a document's index.
///
/// The nodes stand in the order of the document: behind an array its elements, behind an object its members, each with its
/// name and its value. 16 bytes, four to a cache line.
struct JSONNode {
    /// Of a string or a name the first character's place, of all else the first byte's.
    var offset: UInt32
    /// Of a string, a name or a number its bytes, of an array its elements, of an object where to look for the next
    /// member: the index of a name.
    var count: UInt32
    /// The index of the node behind this value and all in it. While a container is open: the container around it.
    var end: Int32
    var kind: JSONKind
    var flags: Flags
    /// Of an object: one bit for each name before the one that is looked for next.
    var passed: UInt16

    struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasEscapes = Flags(rawValue: 1)
        static let isASCII = Flags(rawValue: 2)
    }
}
