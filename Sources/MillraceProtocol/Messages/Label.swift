/// Names as they appear in one-line texts: cut to a length that stays readable, and without anything that could break the
/// line or a terminal.
enum Label {
    private static let maximumCharacters = 64

    /// The name, cut and cleaned.
    static func plain(_ name: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in name.unicodeScalars.prefix(maximumCharacters) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                text.append("\u{fffd}")
            default: text.append(scalar)
            }
        }
        return String(text) + (name.unicodeScalars.count > maximumCharacters ? "…" : "")
    }

    /// A space and the name in quotes; nothing where there is no name.
    static func suffix(_ name: String) -> String { name.isEmpty ? "" : " '" + plain(name) + "'" }

    /// The like of ``suffix(_:)-(String)`` for a name that is bytes; what is not UTF-8 shows as U+FFFD.
    static func suffix(_ name: [UInt8]) -> String { suffix(String(decoding: name.prefix(1024), as: UTF8.self)) }
}
