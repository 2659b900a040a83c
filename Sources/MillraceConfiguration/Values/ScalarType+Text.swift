extension ScalarType<String> {
    /// Text that is not empty and holds no control characters.
    static func text(_ name: String = "text", expected: String = "a text that is not empty") -> Self {
        ScalarType(name: name, expected: expected) { text throws(Mismatch) in
            guard !text.isEmpty else { throw Mismatch() }
            try refuseControlCharacters(text)
            return text
        } write: {
            $0
        }
    }

    /// The same, of so many characters at most.
    static func text(upTo limit: Int, expected: String) -> Self {
        let text = text(expected: expected)
        return ScalarType(name: text.name, expected: text.expected) { value throws(Mismatch) in
            guard value.unicodeScalars.count <= limit else { throw Mismatch(detail: "it is too long") }
            return try text.parse(value)
        } write: {
            $0
        }
    }

    /// Any text, empty or of many lines too.
    static var anyText: Self {
        ScalarType(
            name: "text", expected: "a text, a number, true or false", isAnyText: true, parse: { $0 }, write: { $0 })
    }
}

extension ScalarType<Bool> {
    static var boolean: Self {
        ScalarType(name: "`true`, `false`", expected: "true or false") { text throws(Mismatch) in
            switch text {
            case "true": return true
            case "false": return false
            default:
                switch text.lowercased() {
                case "true", "yes", "on", "y", "1": throw Mismatch(suggestion: "true")
                case "false", "no", "off", "n", "0": throw Mismatch(suggestion: "false")
                default: throw Mismatch()
                }
            }
        } write: {
            "\($0)"
        }
    }
}

/// Names, paths and addresses end up in logs and in C strings.
func refuseControlCharacters(_ text: String) throws(Mismatch) {
    for (offset, scalar) in text.unicodeScalars.enumerated() where scalar.properties.generalCategory == .control {
        throw Mismatch(detail: "it holds a control character", offset: offset)
    }
}
