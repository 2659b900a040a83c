/// A command that an application adds to `run` and `check`.
package struct ApplicationCommand: Sendable {
    let definition: CommandDefinition
    let run: @Sendable (MillraceApplication, ParsedArguments, Console) throws -> ExitCode

    /// - Parameter run: does the command's work, on the main thread.
    package init(
        _ definition: CommandDefinition,
        run: @escaping @Sendable (MillraceApplication, ParsedArguments, Console) throws -> ExitCode
    ) {
        self.definition = definition
        self.run = run
    }
}
