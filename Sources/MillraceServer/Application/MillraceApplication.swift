import Glibc
public import Millrace
import MillraceAllocator
package import MillraceConfiguration
package import MillraceTelemetry

/// A program that runs durable services: its command line, its configuration file, its log and its life.
///
/// ```swift
/// @main
/// struct Enrichment {
///     static func main() { MillraceApplication(name: "enrichment", version: "1.0", services: [EventEnricher()]).main() }
/// }
/// ```
/// The program then has the commands `run` (the default) and `check`, and the options `--config FILE`, `--help` and
/// `--version`. It ends with exit code 0 after SIGTERM or SIGINT, 1 when it cannot start or fails, 2 when the command line
/// is wrong, 78 when the configuration is, and 128 and the signal's number when a second signal does not let it finish.
public struct MillraceApplication: Sendable {
    /// The version of Millrace.
    public static let millraceVersion = "0.1.0"
    /// The configuration file where `--config` names none.
    public static let standardConfigurationPath = "millrace.yaml"

    /// The program's name, as it is typed.
    public let name: String
    /// The program's own version.
    public let version: String
    /// What it offers.
    let services: [ServiceDefinition]
    let commands: [ApplicationCommand]
    let connectors: Connectors

    /// An application of services that the macros made, or that conform by hand.
    public init(name: String, version: String, services: [any DurableService]) {
        self.init(name: name, version: version, definitions: services.map { $0.definition })
    }

    /// An application of services that are plain values.
    public init(name: String, version: String, definitions: [ServiceDefinition]) {
        self.init(name: name, version: version, definitions: definitions, commands: [], connectors: .live)
    }

    /// An application with commands of its own.
    package init(name: String, version: String, services: [any DurableService], commands: [ApplicationCommand]) {
        self.init(
            name: name, version: version, definitions: services.map { $0.definition }, commands: commands,
            connectors: .live)
    }

    init(
        name: String, version: String, definitions: [ServiceDefinition], commands: [ApplicationCommand] = [],
        connectors: Connectors
    ) {
        self.name = name
        self.version = version
        self.services = definitions
        self.commands = commands
        self.connectors = connectors
    }

    /// Does what the process's arguments say, and ends the process. To be called first, on the main thread.
    public func main() -> Never {
        Allocator.returnFreedMemory()
        exit(run(arguments: Array(CommandLine.arguments.dropFirst()), console: .standard).rawValue)
    }

    /// Does what the arguments say.
    package func run(arguments: [String], console: Console) -> ExitCode {
        let parsed: ParsedArguments
        do {
            parsed = try parser.parse(arguments)
        } catch {
            return usage(error, console)
        }
        if parsed.flags.contains("help") {
            console.print(parser.help)
            return .success
        }
        if parsed.flags.contains("version") {
            console.print("\(name) \(version) (Millrace \(Self.millraceVersion))\n")
            return .success
        }
        do {
            switch parsed.command {
            case "run": return RunCommand(application: self, console: console).run(parsed)
            case "check": return CheckCommand(application: self, console: console).run(parsed)
            default:
                guard let command = commands.first(where: { $0.definition.name == parsed.command }) else {
                    preconditionFailure("no command is named '\(parsed.command)'")
                }
                return try command.run(self, parsed, console)
            }
        } catch let error as UsageError {
            return usage(error, console)
        } catch let invalid as InvalidConfiguration {
            console.complain("\(invalid)\n")
            return .configuration
        } catch let error as NodeError where error.isConfiguration {
            console.complain("\(name): \(error)\n")
            return .configuration
        } catch {
            console.complain("\(name): \(error)\n")
            return .failure
        }
    }

    private func usage(_ error: UsageError, _ console: Console) -> ExitCode {
        console.complain("\(name): \(error)\nTry '\(name) --help'.\n")
        return .usage
    }

    private var parser: ArgumentParser {
        ArgumentParser(
            program: name,
            abstract: "\(name) \(version), durable services on Millrace: "
                + services.map(\.name).joined(separator: ", ") + ".",
            commands: [RunCommand.definition, CheckCommand.definition] + commands.map(\.definition),
            discussion: """
                Values of the configuration may come from the environment: ${NAME}, ${NAME:-default}.
                SIGTERM and SIGINT end it after its open batch is committed; a second one ends it at once.
                Exit codes: 0 fine, 1 failure, 2 wrong command line, 78 wrong configuration.
                """)
    }

    /// Reads a configuration, and checks it against the services and librdkafka.
    package func readConfiguration(
        path: String, environment: Environment = .process
    ) -> Result<Configuration, InvalidConfiguration> {
        ConfigurationReader.read(
            path: path, environment: environment, services: services.map { ServiceSummary($0) },
            kafkaSetting: connectors.kafkaSetting)
    }

    /// Opens the application's engine, to be started.
    package func makeNode(
        _ configuration: Configuration, logger: Logger, endsAtEndOfFile: Bool = false
    ) throws(NodeError) -> Node {
        try Node(
            configuration, services: services, version: version, connectors: connectors, logger: logger,
            endsAtEndOfFile: endsAtEndOfFile)
    }
}
