/// Parses one JSON path.
struct JSONPathParser {
    private let text: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
    }

    mutating func components() throws(JSONPathError) -> [JSONPath.Component] {
        guard take("$") else { throw error("a path begins with '$', as in $.user.id") }
        var components: [JSONPath.Component] = []
        while let next = peek {
            switch next {
            case ".": components.append(.member(try shortName()))
            case "[": components.append(try bracket())
            default: throw error("expected '.' or '[', but found \(quoted(String(next)))")
            }
        }
        if components.isEmpty { throw error("a path names a member or an element after '$', as in $.user.id") }
        return components
    }

    /// Whether a name that is written without quotes may begin with it.
    static func canBegin(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_", "\u{80}"...: true
        default: false
        }
    }

    /// Whether a name that is written without quotes may hold it.
    static func canContinue(_ scalar: Unicode.Scalar) -> Bool {
        canBegin(scalar) || "0"..."9" ~= scalar
    }

    private mutating func shortName() throws(JSONPathError) -> String {
        index += 1
        if peek == "." { throw error("'..' finds any number of values, and a key is one; name each step") }
        if peek == "*" { throw error("'*' finds any number of values, and a key is one; name the member") }
        guard let first = peek else { throw error("a member's name is missing after '.'") }
        guard Self.canBegin(first) else {
            throw error(
                "a name after '.' cannot begin with \(quoted(String(first))); write it in quotes, as in $['a name']")
        }
        let begin = index
        while let next = peek, Self.canContinue(next) { index += 1 }
        if let next = peek, next != ".", next != "[" {
            throw error(
                "a name after '.' cannot hold \(quoted(String(next))); write it in quotes, as in $['a name']")
        }
        return String(String.UnicodeScalarView(text[begin..<index]))
    }

    private mutating func bracket() throws(JSONPathError) -> JSONPath.Component {
        index += 1
        let component: JSONPath.Component
        switch peek {
        case "'", "\"": component = .member(try quotedName())
        case let digit? where "0"..."9" ~= digit: component = .index(try element())
        case "*", "?", ":": throw error("only one element can be named, not several; write its number, as in $[0]")
        case "-": throw error("elements are counted from the front, from 0")
        case nil: throw error("a '[' without its ']'")
        default: throw error("expected a number or a name in quotes after '[', as in $[0] or $['a name']")
        }
        if peek == nil { throw error("a '[' without its ']'") }
        guard take("]") else { throw error("expected ']'") }
        return component
    }

    private mutating func element() throws(JSONPathError) -> Int {
        let begin = index
        while let next = peek, "0"..."9" ~= next { index += 1 }
        let digits = text[begin..<index]
        guard digits.count == 1 || digits.first != "0" else {
            throw JSONPathError(message: "a number has no leading zeros", offset: begin)
        }
        guard let value = Int32(String(String.UnicodeScalarView(digits))) else {
            throw JSONPathError(message: "the number is too large", offset: begin)
        }
        return Int(value)
    }

    private mutating func quotedName() throws(JSONPathError) -> String {
        let begin = index
        let quote = text[index]
        index += 1
        var name = String.UnicodeScalarView()
        while let next = peek {
            index += 1
            if next == quote { return String(name) }
            if next < " " {
                index -= 1
                throw error("a control character must be written as \\uXXXX")
            }
            name.append(next == "\\" ? try escaped() : next)
        }
        throw JSONPathError(message: "a quote that is not closed", offset: begin)
    }

    /// The character of an escape, whose backslash has been read.
    private mutating func escaped() throws(JSONPathError) -> Unicode.Scalar {
        let begin = index - 1
        let escape = peek
        index += 1
        switch escape {
        case "'", "\"", "\\", "/": return escape ?? "/"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u":
            var value = try hexadecimal(begin)
            if 0xD800..<0xDC00 ~= value, take("\\"), take("u") {
                let low = try hexadecimal(begin)
                guard 0xDC00..<0xE000 ~= low else { break }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { break }
            return scalar
        default: break
        }
        throw JSONPathError(message: "not an escape of JSON", offset: begin)
    }

    private mutating func hexadecimal(_ begin: Int) throws(JSONPathError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek?.hexadecimalDigit else {
                throw JSONPathError(message: "\\u is followed by four hexadecimal digits", offset: begin)
            }
            value = value << 4 | digit
            index += 1
        }
        return value
    }

    private var peek: Unicode.Scalar? { index < text.count ? text[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        index += 1
        return true
    }

    private func error(_ message: String) -> JSONPathError {
        JSONPathError(message: message, offset: index)
    }
}

extension Unicode.Scalar {
    fileprivate var hexadecimalDigit: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
