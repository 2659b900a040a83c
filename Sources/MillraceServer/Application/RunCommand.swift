import Glibc
import MillraceConfiguration
import MillraceTelemetry

/// `run`: runs the services until a signal ends the process, a failure does, or, with `--until-done`, there is no more to do.
struct RunCommand {
    static let config = ArgumentDefinition.option(
        "config", short: "c", "FILE",
        help: "The configuration; \(MillraceApplication.standardConfigurationPath) where it is not given.")
    static let definition = CommandDefinition(
        name: "run", abstract: "Run the services.",
        arguments: [
            config,
            .flag("until-done", help: "End when all files are read and all their work is done, timers too."),
        ])

    let application: MillraceApplication
    let console: Console

    func run(_ arguments: ParsedArguments) -> ExitCode {
        let signals = TerminationSignals()
        let path = arguments[option: "config"] ?? MillraceApplication.standardConfigurationPath
        let configuration: Configuration
        switch application.readConfiguration(path: path) {
        case .success(let read): configuration = read
        case .failure(let invalid):
            console.complain("\(invalid)\n")
            return .configuration
        }
        let logger = console.logger(configuration.log)
        logger.info(
            "\(application.name) \(application.version) starts",
            metadata: [
                "millrace": .string(MillraceApplication.millraceVersion), "configuration": .string(path),
                "process": .integer(Int(getpid())),
            ])
        for cluster in configuration.kafka.clusters {
            logger.info(
                "Kafka cluster '\(cluster.name)'",
                metadata: [
                    "settings": .string(cluster.settings.map(\.description).joined(separator: " ")),
                    "group": .string(cluster.groupID),
                ])
        }
        let untilDone = arguments.flags.contains("until-done")
        do throws(NodeError) {
            let node = try application.makeNode(configuration, logger: logger, endsAtEndOfFile: untilDone)
            if untilDone, !node.isFinite {
                node.stop()
                throw NodeError("--until-done is for configurations that read files only: a topic has no end")
            }
            try node.start()
            return Supervisor(node: node, logger: logger, signals: signals, console: console, untilDone: untilDone)
                .run()
        } catch {
            logger.critical("cannot start: \(error)")
            return error.isConfiguration ? .configuration : .failure
        }
    }
}
