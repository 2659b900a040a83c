import Glibc
package import MillraceConfiguration
package import MillraceTelemetry

/// Where a program's words go: data to standard output, everything else to standard error.
package struct Console: Sendable {
    /// Standard output.
    package let output: any LineOutput
    /// Standard error.
    package let errors: any LineOutput
    /// Standard error where it is a terminal, for the status line.
    package let terminal: DescriptorOutput?

    package init(output: any LineOutput, errors: any LineOutput, terminal: DescriptorOutput? = nil) {
        self.output = output
        self.errors = errors
        self.terminal = terminal
    }

    /// The process's own.
    package static let standard = Console(
        output: DescriptorOutput(descriptor: STDOUT_FILENO), errors: DescriptorOutput.standardError,
        terminal: DescriptorOutput.standardError.isTerminal ? DescriptorOutput.standardError : nil)

    /// Writes lines to standard output.
    package func print(_ lines: String) { output.write(lines) }

    /// Writes lines to standard error.
    package func complain(_ lines: String) { errors.write(lines) }

    /// A logger as the configuration wants it, which writes to standard error.
    package func logger(_ configuration: LogConfiguration) -> Logger {
        let level = LogLevel(name: configuration.level.rawValue) ?? .info
        return switch configuration.format {
        case .json: Logger(label: "", level: level, handler: JSONLogHandler(output: errors))
        case .text:
            Logger(
                label: "", level: level,
                handler: TextLogHandler(output: errors, colours: terminal?.wantsColours ?? false))
        }
    }
}
