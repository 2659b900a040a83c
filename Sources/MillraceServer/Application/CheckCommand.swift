import Glibc
import MillraceConfiguration
import MillraceStore

/// `check`: says what is wrong with the configuration, all at once, and touches nothing.
struct CheckCommand {
    static let definition = CommandDefinition(
        name: "check", abstract: "Check the configuration, print what is wrong with it, and exit.",
        arguments: [RunCommand.config])

    let application: MillraceApplication
    let console: Console

    func run(_ arguments: ParsedArguments) -> ExitCode {
        let path = arguments[option: "config"] ?? MillraceApplication.standardConfigurationPath
        switch application.readConfiguration(path: path) {
        case .failure(let invalid):
            console.print("\(invalid)\n")
            return .configuration
        case .success(let configuration):
            if let problem = Self.problem(in: configuration) {
                console.print("\(problem)\n")
                return .configuration
            }
            console.print("\(path): all right: \(Self.summary(configuration))\n")
            return .success
        }
    }

    /// What only RocksDB can tell.
    static func problem(in configuration: Configuration) -> ConfigurationProblem? {
        do throws(StoreError) {
            try RocksDisk.check(RocksDiskOptions(configuration.storage, cores: 2))
            return nil
        } catch {
            if case .invalidOption(let name, let reason) = error {
                return configuration.problem(at: "storage.rocksdb.\(name)", reason)
            }
            return configuration.problem(at: "storage.rocksdb", "\(error)")
        }
    }

    private static func summary(_ configuration: Configuration) -> String {
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let schedules = configuration.schedules.isEmpty ? "" : count(configuration.schedules.count, "schedule") + ", "
        return count(configuration.subscriptions.count, "subscription") + ", " + schedules
            + count(configuration.kafka.clusters.count, "Kafka cluster")
    }
}
