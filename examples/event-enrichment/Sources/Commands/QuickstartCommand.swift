import Glibc
import MillraceConfiguration
import MillraceKafka
import MillraceServer
import MillraceTelemetry

/// `quickstart`: the whole example without a Kafka of one's own. It starts an embedded broker, runs the enricher on it by the
/// example's own configuration, and lets some users do things.
enum QuickstartCommand {
    static let command = ApplicationCommand(
        CommandDefinition(
            name: "quickstart", aliases: ["--quickstart"],
            abstract: "Run everything on an embedded Kafka broker, with made-up users.",
            arguments: [
                ProduceCommand.config,
                .option("users", "N", help: "How many users the burst has; 20000 where it is not given."),
                .flag("verbose", short: "v", help: "Show the engine's log, too."),
                .flag("stay", help: "Go on until Ctrl-C even where the output is not a terminal."),
            ])
    ) { application, arguments, console in
        let users = try arguments.integer("users", in: 1...100_000, default: 20_000)
        // First of all, so that the threads to come leave the signals to this one.
        let signals = TerminationSignals()
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        for topic in SampleEvents.topics { try broker.createTopic(topic, partitions: SampleEvents.partitions) }
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        var configuration = try configuration(application, arguments, broker, directory)
        if !arguments.flags.contains("verbose") { configuration.log.level = .error }
        let node = try start(application, configuration, console.logger(configuration.log))
        defer { node.stop() }
        return try Quickstart(
            node: node,
            settings: KafkaClusterSettings(name: "embedded", properties: broker.properties), console: console,
            signals: signals, burstUsers: users, stays: arguments.flags.contains("stay") || isatty(STDOUT_FILENO) == 1
        ).run()
    }

    /// The example's own file, with the broker and the directory as it would get them from the environment.
    private static func configuration(
        _ application: MillraceApplication, _ arguments: ParsedArguments, _ broker: EmbeddedBroker,
        _ directory: TemporaryDirectory
    ) throws -> Configuration {
        let environment: Environment = ["KAFKA_BOOTSTRAP": broker.bootstrapServers, "MILLRACE_DATA": directory.path]
        var configuration = try application.readConfiguration(
            path: ProduceCommand.configurationPath(arguments), environment: environment
        ).get()
        for index in configuration.kafka.clusters.indices {
            for (name, value) in broker.properties where name != "bootstrap.servers" {
                configuration.kafka.clusters[index].settings.append(KafkaSetting(name: name, value: value))
            }
        }
        return configuration
    }

    private static func start(
        _ application: MillraceApplication, _ configuration: Configuration, _ logger: Logger
    ) throws(NodeError) -> Node {
        var configuration = configuration
        let node: Node
        do throws(NodeError) {
            node = try application.makeNode(configuration, logger: logger)
        } catch {
            // That somebody else has the port of the metrics is no reason to see nothing.
            guard error.isPortInUse else { throw error }
            configuration.metrics.port = 0
            node = try application.makeNode(configuration, logger: logger)
        }
        try node.start()
        return node
    }
}
