extension Unicode.Scalar {
    /// True for what could end a line, move a terminal's cursor, or make text read in another order than it has.
    var breaksLogLine: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}

extension String {
    /// Appends `text` so that it stays on one line: what would break it becomes an escape such as `\n` or `\u{1B}`.
    mutating func appendOnOneLine(_ text: String, escapingQuotes: Bool = false) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\"" where escapingQuotes: append("\\\"")
            case "\\" where escapingQuotes: append("\\\\")
            case _ where scalar.breaksLogLine: append("\\u{\(String(scalar.value, radix: 16, uppercase: true))}")
            default: unicodeScalars.append(scalar)
            }
        }
    }

    /// Appends `text` as it is where it is one plain word, and otherwise in quotes.
    mutating func appendWordOrQuoted(_ text: String) {
        let isWord = text.unicodeScalars.allSatisfy {
            $0 != "\"" && $0 != "=" && $0 != "\\" && !$0.properties.isWhitespace && !$0.breaksLogLine
        }
        if isWord && !text.isEmpty { return append(text) }
        append("\"")
        appendOnOneLine(text, escapingQuotes: true)
        append("\"")
    }

    /// Appends `text` as a JSON string with its quotes.
    mutating func appendJSON(_ text: String) {
        append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case _ where scalar.breaksLogLine:
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
                }
            default: unicodeScalars.append(scalar)
            }
        }
        append("\"")
    }
}
