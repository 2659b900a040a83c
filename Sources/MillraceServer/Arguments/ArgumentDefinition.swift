/// One option of a command: defined once, and parsed, explained and suggested from that.
package struct ArgumentDefinition: Sendable, Equatable {
    /// The long name, without its dashes.
    package let name: String
    /// A letter that may stand for the name, after one dash.
    package let short: Character?
    /// What stands for the value in the help, or `nil` for a flag, which has none.
    package let valueName: String?
    /// A line for the help.
    package let help: String

    /// An option with a value: `--config FILE` or `--config=FILE`.
    package static func option(_ name: String, short: Character? = nil, _ valueName: String, help: String) -> Self {
        Self(name: name, short: short, valueName: valueName, help: help)
    }

    /// A flag: there or not.
    package static func flag(_ name: String, short: Character? = nil, help: String) -> Self {
        Self(name: name, short: short, valueName: nil, help: help)
    }

    /// The form in the help, for example `-c, --config FILE`.
    var usage: String {
        (short.map { "-\($0), " } ?? "") + "--\(name)" + (valueName.map { " \($0)" } ?? "")
    }
}
