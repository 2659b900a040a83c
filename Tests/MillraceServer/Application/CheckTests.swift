import Foundation
import MillraceConfiguration
import TestKit
import Testing

@testable import MillraceServer

/// What `check` says, and that `run` says the same before it touches anything.
@Suite struct CheckTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func check(_ yaml: String) throws -> CommandOutcome {
        MillraceApplication.counting.outcome("check", "--config", try directory.write("m.yaml", yaml))
    }

    /// The lines of a wrong file's problems, without the file's path.
    private func problems(_ yaml: String) throws -> [String] {
        let outcome = try check(yaml)
        #expect(outcome.code == .configuration)
        #expect(outcome.code.rawValue == 78)
        #expect(outcome.errors == "")
        let path = directory.path + "/m.yaml:"
        return outcome.output.split(separator: "\n").map { line in
            #expect(line.hasPrefix(path))
            return String(line.dropFirst(path.count))
        }
    }

    private static let cluster = "kafka: { clusters: { main: { bootstrap.servers: x } } }\n"

    @Test func aRightFileIsSummedUp() throws {
        let outcome = try check(
            Self.cluster + """
                subscriptions:
                  - { source: kafka://main/numbers, sink: service://Counter/count }
                  - { source: kafka://main/texts, sink: service://Notifier/notify, key: none }
                """)
        #expect(outcome.code == .success)
        #expect(outcome.output == "\(directory.path)/m.yaml: all right: 2 subscriptions, 1 Kafka cluster\n")
        #expect(outcome.errors == "")
    }

    @Test func schedulesAndOptionsOfServicesAreCheckedAndSummedUp() throws {
        let outcome = try check(
            """
            schedules:
              a: { every: 1m, sink: service://Notifier/notify }
              b: { cron: "@daily", sink: service://Counter/reset, key: k }
            services: { Counter: { retry: { attempts: 3 }, handlers: { reset: { onExhaustion: kill } } } }
            """)
        #expect(outcome.code == .success)
        #expect(
            outcome.output == "\(directory.path)/m.yaml: all right: 0 subscriptions, 2 schedules, 0 Kafka clusters\n")
        #expect(
            try problems(
                """
                schedules:
                  a: { cron: "0 0 31 4 *", sink: service://Notifier/notify }
                  b: { every: 1m, sink: service://Counter/reset }
                services: { Counter: { handlers: { rest: { onExhaustion: kill } } }, Notfier: {} }
                """) == [
                    "2:19: schedules.a.cron: expected a cron expression such as \"0 3 * * *\" or @hourly, but found "
                        + "'0 0 31 4 *': it never fires: there is no such day in any year",
                    "3:6: schedules.b.key: 'Counter' has keys; expected the key of the one to invoke",
                    "4:42: services.Counter.handlers.rest: service 'Counter' has no handler 'rest'; did you mean 'reset'?",
                    "4:79: services.Notfier: there is no service 'Notfier'; did you mean 'Notifier'?",
                ])
    }

    @Test func everythingThatIsWrongIsSaidAtOnceWithItsPlaceAndTheNearestName() throws {
        #expect(
            try problems(
                """
                kafka:
                  clusters:
                    main: { bootstrap.servers: x, linger.mss: 5 }
                storage: { memry: 1GiB, shardCount: 5000 }
                subscriptions:
                  - { source: kafka://mian/numbers, sink: service://Counter/count }
                  - { source: kafka://main/numbers, sink: service://Conter/count }
                  - { source: kafka://main/numbers, sink: service://Counter/cuont }
                  - { source: kafka://main/numbers, sink: service://Counter/count, key: none }
                """) == [
                    "3:47: kafka.clusters.main.linger.mss: librdkafka has no setting of this name; did you mean 'linger.ms'?",
                    "4:12: storage: unknown key 'memry'; did you mean 'memory'?",
                    "4:37: storage.shardCount: expected an integer from 1 to 4096, but found '5000'",
                    "6:15: subscriptions[0].source: there is no Kafka cluster of the name in 'kafka://mian/numbers'; did you "
                        + "mean 'main'?",
                    "7:43: subscriptions[1].sink: there is no service of the name in 'service://Conter/count'; did you mean "
                        + "'Counter'?",
                    "8:43: subscriptions[2].sink: service 'Counter' has no handler of the name in 'service://Counter/cuont'; "
                        + "did you mean 'count'?",
                    "9:73: subscriptions[3].key: 'Counter' has keys, so each record needs one; expected record, header:NAME or "
                        + "a JSON path, but found 'none'",
                ])
    }

    @Test func librdkafkasOwnReasonIsShown() throws {
        #expect(
            try problems("kafka: { clusters: { main: { bootstrap.servers: x, security.protocol: SSLL, acks: 1 } } }\n")
                == [
                    "1:71: kafka.clusters.main.security.protocol: librdkafka does not take this value: Invalid value \"SSLL\" for "
                        + "configuration property \"security.protocol\"",
                    "1:83: kafka.clusters.main.acks: is Millrace's to set, because records must reach the topic completely "
                        + "and in order; leave it out",
                ])
    }

    @Test func rocksDBsOptionsAreChecked() throws {
        let found = try problems("storage: { rocksdb: { max_background_jbs: 4 } }\n")
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("1:43: storage.rocksdb.max_background_jbs: "))
    }

    @Test func aFileThatIsNotThereIsAWrongConfiguration() throws {
        let outcome = MillraceApplication.counting.outcome("check", "-c", directory.path + "/none.yaml")
        #expect(outcome.code == .configuration)
        #expect(outcome.output.contains("none.yaml"))
        #expect(outcome.output.lowercased().contains("no such file"))
    }

    @Test func checkTouchesNothing() throws {
        let data = directory.path + "/data"
        #expect(try check("storage: { directory: \(data) }\n").code == .success)
        #expect(!FileManager.default.fileExists(atPath: data))
    }

    @Test func runSaysTheSameOnStandardErrorAndStartsNothing() throws {
        let data = directory.path + "/data"
        let path = try directory.write("m.yaml", "storage: { directory: \(data), memry: 1GiB }\n")
        let outcome = MillraceApplication.counting.outcome("run", "--config", path)
        #expect(outcome.code == .configuration)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasSuffix("storage: unknown key 'memry'; did you mean 'memory'?\n"))
        #expect(!FileManager.default.fileExists(atPath: data))
    }

    @Test func librdkafkasRefusalOfAWholeClientIsAWrongConfiguration() throws {
        let path = try directory.write(
            "m.yaml",
            """
            kafka: { clusters: { main: { bootstrap.servers: "127.0.0.1:1", ssl.ca.location: /nowhere/ca.pem, security.protocol: SSL } } }
            storage: { directory: \(directory.path)/data }
            metrics: { port: 0 }
            subscriptions:
              - { source: kafka://main/numbers, sink: service://Counter/count }
            """)
        let outcome = MillraceApplication.counting.outcome("run", "--config", path)
        #expect(outcome.code == .configuration)
        #expect(
            outcome.errors.contains("cannot start: kafka cluster 'main': no client can be made with these properties"))
    }

    @Test(arguments: ["check", "run"])
    func secretsAreShownNowhere(command: String) throws {
        let secret = "tr0ub4dor&3"
        let yaml = """
            kafka:
              clusters:
                main:
                  bootstrap.servers: "127.0.0.1:1"
                  security.protocol: SASL_SSL
                  sasl.mechanism: \(secret)
                  sasl.username: somebody
                  sasl.password: \(secret)
                  ssl.key.pem: \(secret)
                  message.max.bytes: ${SIZE}
                  sasl.passwort: \(secret)
            """
        let path = try directory.write("m.yaml", yaml)
        // The names of wrong settings are shown, and what the file says of ordinary ones.
        let outcome = MillraceApplication.counting.outcome(command, "--config", path)
        let said = outcome.output + outcome.errors
        #expect(outcome.code == .configuration)
        #expect(said.contains("sasl.passwort"))
        #expect(!said.replacing("sasl.mechanism", with: "").contains("sasl.password: \(secret)"))
        #expect(said.components(separatedBy: secret).count <= 2, "only sasl.mechanism, which is no secret: \(said)")
    }
}
