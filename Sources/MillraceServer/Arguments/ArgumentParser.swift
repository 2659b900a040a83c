import MillraceConfiguration

/// Reads command lines by the definitions of a program's commands, and writes its help from them.
package struct ArgumentParser: Sendable {
    /// The program's name.
    let program: String
    /// A sentence on what it does.
    let abstract: String
    /// The commands; the first one is meant where none is typed.
    let commands: [CommandDefinition]
    /// Lines after the help's lists.
    let discussion: String

    package init(program: String, abstract: String, commands: [CommandDefinition], discussion: String = "") {
        precondition(!commands.isEmpty, "a program has one command at least")
        self.program = program
        self.abstract = abstract
        self.commands = commands
        self.discussion = discussion
    }

    /// What every command understands.
    static let common: [ArgumentDefinition] = [
        .flag("help", short: "h", help: "Print this help."),
        .flag("version", help: "Print the versions."),
    ]

    /// Reads the arguments, without the program's name.
    package func parse(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
        var rest = arguments[...]
        var command = commands[0]
        // The command may stand anywhere among the options: `--config x check` means what it says.
        if let at = commandIndex(in: arguments), let typed = self.command(arguments[at]) {
            command = typed
            rest = arguments[..<at] + arguments[(at + 1)...]
        }
        var parsed = ParsedArguments(command: command.name)
        let known = command.arguments + Self.common
        while let argument = rest.popFirst() {
            let (definition, attached) = try definition(of: argument, among: known, command: command)
            guard let valueName = definition.valueName else {
                if attached != nil { throw UsageError("--\(definition.name) takes no value") }
                parsed.flags.insert(definition.name)
                continue
            }
            guard let value = attached ?? rest.popFirst(), attached != nil || !value.hasPrefix("--") else {
                throw UsageError("--\(definition.name) needs a value: --\(definition.name) \(valueName)")
            }
            parsed.values[definition.name] = value
        }
        return parsed
    }

    /// The help, of the whole program.
    package var help: String {
        var text = "\(abstract)\n\nUsage: \(program) [COMMAND] [OPTIONS]\n\nCommands:\n"
        text += Self.columns(
            commands.enumerated().map { index, command in
                (command.name, command.abstract + (index == 0 ? " The default." : ""))
            })
        let shared =
            commands.count > 1
            ? commands[0].arguments.filter { argument in
                commands.dropFirst().contains { $0.arguments.contains(argument) }
            } : []
        for command in commands {
            let own = command.arguments.filter { !shared.contains($0) }
            if own.isEmpty { continue }
            text += "\nOptions of \(command.name):\n" + Self.columns(own.map { ($0.usage, $0.help) })
        }
        text += "\nOptions:\n" + Self.columns((shared + Self.common).map { ($0.usage, $0.help) })
        return discussion.isEmpty ? text : text + "\n" + discussion + "\n"
    }

    // MARK: Names

    private func command(_ name: String) -> CommandDefinition? {
        commands.first { $0.name == name || $0.aliases.contains(name) }
    }

    /// Where the command stands: the first word that is neither an option nor an option's value, or an alias.
    private func commandIndex(in arguments: [String]) -> Int? {
        let options = commands.flatMap(\.arguments)
        var skipsValue = false
        for (index, argument) in arguments.enumerated() {
            if skipsValue {
                skipsValue = false
            } else if command(argument) != nil || !argument.hasPrefix("-") {
                return index
            } else if !argument.contains("=") {
                skipsValue = options.contains { $0.valueName != nil && Self.matches($0, argument) }
            }
        }
        return nil
    }

    private static func matches(_ definition: ArgumentDefinition, _ argument: String) -> Bool {
        argument == "--\(definition.name)" || definition.short.map { argument == "-\($0)" } ?? false
    }

    private func definition(
        of argument: String, among known: [ArgumentDefinition], command: CommandDefinition
    ) throws(UsageError) -> (ArgumentDefinition, String?) {
        guard argument.hasPrefix("-"), argument != "-" else {
            if self.command(argument) != nil {
                throw UsageError("'\(argument)' is one command too many, after '\(command.name)'")
            }
            let names = commands.map(\.name)
            throw UsageError(
                "there is no command '\(argument)'" + suggestion(argument, names, list: "the commands are"))
        }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if let definition = known.first(where: { Self.matches($0, parts[0]) }) {
            return (definition, parts.count > 1 ? parts[1] : nil)
        }
        if let other = commands.first(where: { $0.arguments.contains { Self.matches($0, parts[0]) } }) {
            throw UsageError("\(parts[0]) is an option of '\(other.name)', not of '\(command.name)'")
        }
        let names = known.map { "--\($0.name)" }
        throw UsageError("there is no option '\(parts[0])'" + suggestion(parts[0], names, list: "the options are"))
    }

    private func suggestion(_ name: String, _ known: [String], list: String) -> String {
        if let near = nearestName(to: name, among: known) { return "; did you mean '\(near)'?" }
        return "; \(list) \(known.joined(separator: ", "))"
    }

    private static func columns(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, help in
            "  \(name)\(String(repeating: " ", count: width - name.count))  \(help)\n"
        }.joined()
    }
}
