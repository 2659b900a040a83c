/// One event of a YAML stream.
struct YAMLEvent: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias
        case scalar(String, isPlain: Bool)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
    }

    let kind: Kind
    /// Whether the node carries an anchor, `&name`.
    let hasAnchor: Bool
    /// Whether the node carries a tag, `!name`.
    let hasTag: Bool
    let start: SourcePosition
    /// The place after the last character.
    let end: SourcePosition
}
