import Foundation
import Glibc
import MillraceKafka
import TestKit
import Testing

@testable import MillraceServer

/// The example as a process of its own: files in, an embedded broker out.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ProcessTests {
    private let directory: TemporaryDirectory
    private let broker: EmbeddedBroker

    init() throws {
        directory = try TemporaryDirectory()
        broker = try EmbeddedBroker()
        try broker.createTopic("enriched", partitions: 2)
    }

    private func configuration(servers: String? = nil, log: String = "{ level: info }") throws -> String {
        try directory.write(
            "m.yaml",
            """
            kafka: { clusters: { main: { bootstrap.servers: "\(servers ?? broker.bootstrapServers)", fetch.wait.max.ms: 5 } } }
            storage: { directory: \(directory.path)/data }
            metrics: { port: 0 }
            engine: { shutdownTimeout: 1s }
            log: \(log)
            subscriptions:
              - { source: "file:\(directory.path)/features.jsonl", sink: service://EventEnricher/featureEvent, key: $.user.id }
              - { source: "file:\(directory.path)/users.jsonl", sink: service://EventEnricher/userEvent, key: $.userId }
            """)
    }

    private func writeFeatures(users: Int, each: Int) throws {
        var lines = ""
        for feature in 0..<each {
            for user in 0..<users { lines += #"{"user":{"id":"u\#(user)"},"feature":"f\#(feature)"}"# + "\n" }
        }
        try directory.write("features.jsonl", lines)
        try directory.write("users.jsonl", "")
    }

    private func userLines(_ users: Range<Int>) -> String {
        users.map { #"{"userId":"u\#($0)","name":"User \#($0)"}"# + "\n" }.joined()
    }

    /// What came to the topic, each record once however often it was sent: features by user.
    private func enriched(atLeast count: Int) async throws -> [String: [[String]]] {
        struct Value: Decodable { var features: [String] }
        var seen: Set<String> = []
        var features: [String: [[String]]] = [:]
        let settings = KafkaClusterSettings(name: "embedded", properties: broker.properties)
        let records = await onThread {
            Result { try KafkaProbe(settings).consume("enriched", atLeast: count, timeoutMilliseconds: 30_000) }
        }
        for record in try records.get() {
            guard seen.insert(try #require(record.header("millrace-sequence"))).inserted else { continue }
            let value = try JSONDecoder().decode(Value.self, from: Data(record.value ?? []))
            features[String(decoding: record.key ?? [], as: UTF8.self), default: []].append(value.features)
        }
        return features
    }

    /// Told to end in the middle of its work it commits what it has begun, and the next run goes on from there.
    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalEndsItAfterItsOpenBatch(signal: Int32) async throws {
        try writeFeatures(users: 1000, each: 5)
        let path = try configuration()
        let first = try ServerProcess(["--config", path])
        #expect(await first.writes("running from offset 0"))
        first.signal(signal)
        #expect(await first.end() == .exited(0))
        #expect(first.text.contains("\(TerminationSignals.name(signal)): finishing what is begun"))
        #expect(first.text.contains("stopped exit_code=0"))

        let second = try ServerProcess(["--config", path, "--until-done"])
        #expect(await second.end() == .exited(0))
        #expect(second.text.contains("done"))
        // Both files are read side by side: who the users are comes when all their features are there.
        try directory.append("users.jsonl", userLines(0..<1000))
        let third = try ServerProcess(["--config", path, "--until-done"])
        #expect(await third.end() == .exited(0))
        let enriched = try await enriched(atLeast: 1000)
        #expect(enriched.count == 1000)
        for (user, features) in enriched { #expect(features == [["f0", "f1", "f2", "f3", "f4"]], "of \(user)") }
    }

    @Test func aSecondSignalEndsItAtOnce() async throws {
        try writeFeatures(users: 1, each: 1)
        try directory.append("users.jsonl", userLines(0..<1))
        // Nobody listens there, so what is emitted waits, and so does the end.
        let process = try ServerProcess(["--config", try configuration(servers: "127.0.0.1:1")])
        #expect(await process.writes("cannot reach kafka cluster 'main'"))
        process.signal(SIGTERM)
        #expect(await process.writes("SIGTERM: finishing what is begun; once more ends at once"))
        process.signal(SIGTERM)
        #expect(await process.end() == .exited(128 + SIGTERM))
        #expect(process.text.contains("SIGTERM again: ended at once; nothing that was committed is lost"))
    }

    @Test func recordsThatCouldNotLeaveAreToldAndLeaveWithTheNextRun() async throws {
        try writeFeatures(users: 1, each: 2)
        try directory.append("users.jsonl", userLines(0..<1))
        let first = try ServerProcess(["--config", try configuration(servers: "127.0.0.1:1"), "--until-done"])
        #expect(await first.writes("cannot reach kafka cluster 'main'"))
        first.signal(SIGTERM)
        #expect(await first.end() == .exited(0))
        #expect(
            first.text.contains("bytes of emitted records were not acknowledged; they are sent again by the next run"))

        let second = try ServerProcess(["--config", try configuration(), "--until-done"])
        #expect(await second.end() == .exited(0))
        #expect(!second.text.contains("were not acknowledged"))
        #expect(try await enriched(atLeast: 1).count == 1)
    }

    @Test func whatIsNoTerminalGetsNoEscapesAndNoProgressLine() async throws {
        try writeFeatures(users: 1000, each: 5)
        let process = try ServerProcess(
            ["--config", try configuration(), "--until-done"], environment: ["TERM": "xterm"])
        #expect(await process.end() == .exited(0))
        #expect(!process.text.contains("\u{1B}"))
        #expect(!process.text.contains("\r"))
        #expect(!process.text.contains("catching up:"))
    }

    @Test func theLogCanBeJSON() async throws {
        try writeFeatures(users: 1, each: 1)
        let process = try ServerProcess(["--config", try configuration(log: "{ format: json }"), "--until-done"])
        #expect(await process.end() == .exited(0))
        let lines = process.text.split(separator: "\n")
        #expect(lines.count >= 4)
        for line in lines {
            let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(entry?["message"] is String, "\(line)")
            #expect(entry?["level"] is String, "\(line)")
        }
    }

    @Test func secretsAreNotInTheLog() async throws {
        let path = try directory.write(
            "m.yaml",
            """
            kafka:
              clusters:
                main:
                  bootstrap.servers: "127.0.0.1:1"
                  security.protocol: SASL_PLAINTEXT
                  sasl.mechanism: PLAIN
                  sasl.username: ${USER_NAME}
                  sasl.password: ${PASSWORD}
            storage: { directory: \(directory.path)/data }
            metrics: { port: 0 }
            log: { level: trace }
            subscriptions:
              - { source: kafka://main/user-events, sink: service://EventEnricher/userEvent }
            """)
        let secrets = ["USER_NAME": "nobody-knows-me", "PASSWORD": "tr0ub4dor&3"]
        let process = try ServerProcess(["--config", path], environment: secrets)
        #expect(await process.writes("cannot reach kafka cluster 'main'"))
        process.signal(SIGTERM)
        #expect(await process.end() == .exited(0))
        #expect(process.text.contains("sasl.password=***"))
        for secret in secrets.values { #expect(!process.text.contains(secret)) }
    }

    @Test func aTopicHasNoEndToWaitFor() async throws {
        let path = try directory.write(
            "m.yaml",
            """
            kafka: { clusters: { main: { bootstrap.servers: "\(broker.bootstrapServers)" } } }
            storage: { directory: \(directory.path)/data }
            metrics: { port: 0 }
            subscriptions: [{ source: kafka://main/user-events, sink: service://EventEnricher/userEvent }]
            """)
        let process = try ServerProcess(["--config", path, "--until-done"])
        #expect(await process.end() == .exited(1))
        #expect(process.text.contains("--until-done is for configurations that read files only: a topic has no end"))
    }

    @Test func aFileThatIsNotThereIsAFailureOfARunThatShouldEnd() async throws {
        try directory.write("users.jsonl", "")
        let process = try ServerProcess(["--config", try configuration(), "--until-done"])
        #expect(await process.end() == .exited(1))
        #expect(process.text.contains("features.jsonl"))
    }
}
