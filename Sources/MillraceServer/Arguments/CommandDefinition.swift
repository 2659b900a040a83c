/// A command of a program: `run`, `check` and the like.
package struct CommandDefinition: Sendable, Equatable {
    /// The name that is typed.
    package let name: String
    /// What may be typed instead, for example `--quickstart`.
    package let aliases: [String]
    /// A line for the list of commands.
    package let abstract: String
    /// Its options, beside `--help` and `--version`, which every command has.
    package let arguments: [ArgumentDefinition]

    package init(name: String, aliases: [String] = [], abstract: String, arguments: [ArgumentDefinition] = []) {
        self.name = name
        self.aliases = aliases
        self.abstract = abstract
        self.arguments = arguments
    }
}
