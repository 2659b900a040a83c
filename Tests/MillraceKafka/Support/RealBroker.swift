import Foundation
import Synchronization
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// The real broker that some tests need: `MILLRACE_KAFKA=host:port`.
enum RealBroker {
    static let address = ProcessInfo.processInfo.environment["MILLRACE_KAFKA"].flatMap { $0.isEmpty ? nil : $0 }
    static var isThere: Bool { address != nil }
    static let hint: Comment =
        "left out: needs a real broker; `make test-kafka` starts one, or set MILLRACE_KAFKA=host:port"

    private static let count = Atomic<Int>(0)
    private static let run = UInt32.random(in: 0...UInt32.max)

    static func settings(group: String = "test", _ more: [(String, String)] = []) -> KafkaClusterSettings {
        KafkaClusterSettings(
            name: "main", properties: [("bootstrap.servers", address ?? "127.0.0.1:1")] + more, groupID: group)
    }

    /// A name that no other test has.
    static func name(_ topic: String) -> String {
        "\(topic)-\(run)-\(count.add(1, ordering: .relaxed).newValue)"
    }

    /// Creates a topic of its own, and deletes it afterwards.
    static func withTopic(
        _ topic: String, partitions: Int = 1, configuration: [(String, String)] = [],
        _ body: (_ topic: String, _ admin: KafkaAdmin, _ probe: KafkaProbe) throws -> Void
    ) throws {
        let admin = try KafkaAdmin(settings())
        let topic = name(topic)
        try admin.createTopic(topic, partitions: partitions, configuration: configuration)
        defer { try? admin.deleteTopic(topic) }
        try body(topic, admin, KafkaProbe(settings()))
    }

    /// A cadence for tests that wait for what happens from time to time.
    static var impatient: KafkaSource.Cadence {
        var cadence = KafkaSource.Cadence()
        cadence.metadataMilliseconds = 200
        cadence.retryMilliseconds = 100
        cadence.reportMilliseconds = 50
        cadence.pauseAfterMilliseconds = 100
        return cadence
    }

    /// Runs a source over intakes while `body` runs.
    static func withSource<R>(
        _ topics: [(topic: String, intake: Intake)], settings: KafkaClusterSettings = settings(),
        cadence: KafkaSource.Cadence = impatient, _ body: () throws -> R
    ) throws -> R {
        let source = try KafkaSource(settings, topics: topics, cadence: cadence, log: Lines.standardError)
        try source.start()
        defer { source.stop() }
        return try body()
    }

    static func records(_ range: Range<Int>, partition: Int32? = nil) -> [KafkaProbe.Record] {
        range.map { KafkaProbe.Record(key: "key-\($0 % 10)", value: "\($0)", partition: partition) }
    }
}

/// Where log lines of the tests go.
enum Lines {
    static let standardError: @Sendable (String) -> Void = { line in
        FileHandle.standardError.write(Data("  log: \(line)\n".utf8))
    }
}
