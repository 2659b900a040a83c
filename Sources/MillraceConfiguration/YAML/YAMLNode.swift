/// A node of the tree that a YAML file becomes, with its place.
struct YAMLNode: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
        /// Something is wrong with the node, and has been reported.
        case unusable
    }

    var content: Content
    let start: SourcePosition
    /// The place after the last character.
    let end: SourcePosition

    /// The place of a scalar's character, counted from 0 in Unicode scalars, or the node's own place where
    /// escapes, line breaks or a substitution have moved the characters.
    func position(ofCharacter offset: Int) -> SourcePosition {
        guard case .scalar(let scalar) = content, scalar.text == scalar.written, start.line == end.line else {
            return start
        }
        let quote = scalar.isPlain ? 0 : 1
        guard end.column - start.column == scalar.written.unicodeScalars.count + 2 * quote else { return start }
        return SourcePosition(line: start.line, column: start.column + quote + offset)
    }
}

/// A scalar: a plain or quoted text, or a block of text.
struct YAMLScalar: Sendable, Equatable {
    /// The value, after substitution from the environment.
    var text: String
    /// What the file says, before substitution. This is what may be shown.
    let written: String
    /// Whether it is without quotes.
    let isPlain: Bool
    /// Whether a part of `text` came from the environment.
    var isFromEnvironment = false

    /// Whether there is no value: `key:`, `key: ~` or `key: null`.
    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(written) }
}

/// A key with its value.
struct YAMLEntry: Sendable, Equatable {
    let key: String
    let keyStart: SourcePosition
    var value: YAMLNode
}
