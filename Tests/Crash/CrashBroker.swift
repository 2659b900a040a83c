import Foundation
import MillraceEngine
import MillraceKafka
import TestKit

/// The broker of a test: a real one where `MILLRACE_KAFKA` names it, or else the embedded one, which lives in this process
/// and so survives the child.
struct CrashBroker: Sendable {
    static let partitions = 4
    static let realAddress = ProcessInfo.processInfo.environment["MILLRACE_KAFKA"].flatMap { $0.isEmpty ? nil : $0 }

    private let embedded: EmbeddedBroker?
    private let probe: KafkaProbe
    private let settings: KafkaClusterSettings
    /// The topics' names, which no other test has.
    private let suffix = "-\(UInt32.random(in: 0...UInt32.max))"
    let properties: [(String, String)]

    init() throws {
        if let address = Self.realAddress {
            embedded = nil
            properties = [("bootstrap.servers", address)]
        } else {
            let broker = try EmbeddedBroker()
            embedded = broker
            properties = broker.properties
        }
        settings = KafkaClusterSettings(name: "main", properties: properties, groupID: "crash\(suffix)")
        probe = KafkaProbe(settings)
        for topic in CrashLoad.topics.keys { try create(topic, partitions: Self.partitions) }
        try create("output", partitions: 1)
    }

    func name(_ topic: String) -> String { "crash-\(topic)\(suffix)" }

    private func create(_ topic: String, partitions: Int) throws {
        if let embedded {
            try embedded.createTopic(name(topic), partitions: partitions)
        } else {
            try KafkaAdmin(settings).createTopic(name(topic), partitions: partitions)
        }
    }

    func produce(_ records: [CrashLoad.Record], to topic: String) throws {
        try probe.produce(records.map { KafkaProbe.Record(key: $0.key, value: $0.value) }, to: name(topic))
    }

    /// Reads the output to its end.
    func output() throws -> [CrashAudit.Output] {
        let mark = KafkaProbe.Record(key: "mark", value: "end")
        try probe.produce([mark], to: name("output"))
        var output: [CrashAudit.Output] = []
        var isComplete = false
        try probe.follow(name("output"), from: .earliest, timeoutMilliseconds: 60_000) { record in
            guard let sequence = record.header("millrace-sequence")?.split(separator: "/"), sequence.count == 2,
                let shard = Int(sequence[0]), let number = UInt64(sequence[1])
            else {
                isComplete = true
                return false
            }
            output.append(
                CrashAudit.Output(
                    shard: shard, sequence: number, key: String(decoding: record.key ?? [], as: UTF8.self),
                    value: String(decoding: record.value ?? [], as: UTF8.self)))
            return true
        }
        guard isComplete else {
            throw ChildProcess.CannotStart(description: "the output topic could not be read to its end")
        }
        return output
    }

    func close() {
        if let embedded { return embedded.close() }
        guard let admin = try? KafkaAdmin(settings) else { return }
        for topic in Array(CrashLoad.topics.keys) + ["output"] { try? admin.deleteTopic(name(topic)) }
    }
}
