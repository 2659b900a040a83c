import Foundation
import MillraceConfiguration
import MillraceEngine
import MillraceServer

/// `drain`: runs until as many records are applied as `--records` says and all that follows from them is done, and stops.
enum DrainCommand {
    static let command = ApplicationCommand(
        CommandDefinition(
            name: "drain", abstract: "Run until everything is done.",
            arguments: [
                .option("config", "FILE", help: "The configuration."),
                .option("records", "COUNT", help: "How many records the topics have."),
                .option("seconds", "SECONDS", help: "How long to wait."),
            ])
    ) { application, arguments, console in
        let configuration = try application.readConfiguration(path: arguments[option: "config"] ?? "").get()
        let records = Int64(arguments[option: "records"] ?? "") ?? 0
        let deadline = Date.now + (Double(arguments[option: "seconds"] ?? "") ?? 60)
        let node = try application.makeNode(configuration, logger: console.logger(configuration.log))
        try node.start()
        var quiet = 0
        while quiet < 4 {
            usleep(50_000)
            quiet = isDone(node.statistics, records: records) ? quiet + 1 : 0
            if let failure = node.failure { throw NodeError(failure) }
            if Date.now > deadline {
                console.complain("not done: \(node.statistics)\n")
                return .failure
            }
        }
        node.stop()
        return .success
    }

    private static func isDone(_ statistics: EngineStatistics, records: Int64) -> Bool {
        // Offsets of these topics have no gaps.
        let applied = statistics.subscriptions.flatMap(\.partitions).reduce(0) { $0 + max(0, $1.position) }
        return applied == records && statistics.busyKeys == 0 && statistics.timersInMemory == 0
            && statistics.waitingInvocations == 0 && statistics.undeliveredBytes == 0
            && statistics.commits == statistics.durableCommits
    }
}
