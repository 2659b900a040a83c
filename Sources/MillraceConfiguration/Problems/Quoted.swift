/// A user's text in quotes, short and on one line, as errors show it.
func quoted(_ text: some StringProtocol) -> String {
    var shown = "'"
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == 80 {
            shown += "…"
            break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            shown += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return shown + "'"
}
