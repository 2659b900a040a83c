import Foundation
import MillraceConfiguration
import MillraceKafka
import MillraceServer

/// `produce`: writes sample events to the Kafka cluster that the configuration names, for the enricher to work on.
enum ProduceCommand {
    static let config = ArgumentDefinition.option(
        "config", short: "c", "FILE", help: "The configuration; the example's own where it is not given.")

    static let command = ApplicationCommand(
        CommandDefinition(
            name: "produce",
            abstract: "Write sample events to the configuration's Kafka cluster; make the topics that are missing.",
            arguments: [
                config,
                .option("users", "N", help: "How many users do something; 5 where it is not given."),
                .option(
                    "per-second", "N", help: "How many user events a second; as fast as can be where it is not given."),
            ])
    ) { application, arguments, console in
        let users = try arguments.integer("users", in: 1...10_000_000, default: 5)
        let perSecond = try arguments.integer("per-second", in: 1...1_000_000, default: 1_000_000)
        let configuration = try application.readConfiguration(path: configurationPath(arguments)).get()
        guard let cluster = configuration.kafka.clusters.first else {
            throw UsageError("the configuration names no Kafka cluster to produce to")
        }
        let settings = KafkaClusterSettings(cluster, groupID: cluster.groupID)
        try makeTopics(settings)
        let features = (0..<users).lazy.flatMap { user in
            (0..<3).lazy.map { SampleEvents.featureRecord(user: user, feature: $0) }
        }
        let probe = KafkaProbe(settings)
        let patience = 30_000 + users * 1000 / min(perSecond, 10_000)
        try probe.produce(features, to: SampleEvents.featureTopic, timeoutMilliseconds: patience)
        let events = (0..<users).lazy.map { SampleEvents.record(SampleEvents.user($0)) }
        try probe.produce(
            PacedRecords(events, perSecond: perSecond), to: SampleEvents.userTopic, timeoutMilliseconds: patience)
        console.print(
            "\(users * 3) feature events and \(users) user events are in Kafka cluster '\(cluster.name)'; while the "
                + "enricher runs, \(users) records come to '\(SampleEvents.enrichedTopic)'\n")
        return .success
    }

    /// The file that is named, else `millrace.yaml`, else the example's own as seen from the repository's folder.
    static func configurationPath(_ arguments: ParsedArguments) -> String {
        if let path = arguments[option: "config"] { return path }
        let standard = MillraceApplication.standardConfigurationPath
        let own = "examples/event-enrichment/\(standard)"
        return !FileManager.default.fileExists(atPath: standard) && FileManager.default.fileExists(atPath: own)
            ? own : standard
    }

    private static func makeTopics(_ settings: KafkaClusterSettings) throws(KafkaError) {
        let admin = try KafkaAdmin(settings)
        for topic in SampleEvents.topics {
            do throws(KafkaError) {
                try admin.createTopic(topic, partitions: SampleEvents.partitions)
            } catch {
                guard case .requestFailed(_, _, "TOPIC_ALREADY_EXISTS", _) = error else { throw error }
            }
        }
    }
}
