import MillraceEngine
import MillraceTelemetry
import Synchronization
import TestKit
import Testing

@testable import MillraceServer

/// A node's life, with a source and a sink of the test's.
@Suite(.timeLimit(.minutes(5))) struct NodeTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// What has been delivered when it is told to stop is finished and committed; nothing of it is done again.
    @Test func stoppingFinishesAndCommitsWhatHasArrived() async throws {
        let values = (1...5000).map { "\($0)" }
        let first = try CountingNode(directory: directory)
        first.source.deliver("numbers", key: "a", values: values)
        first.stop()
        #expect(!first.source.isRunning.withLock { $0 })
        #expect(first.sink.count.withLock { $0 } == 5000)

        let second = try CountingNode(directory: directory)
        let intake = second.source.topics[0].intake
        #expect(intake.open(topic: "numbers", partition: 0).position == .stored(5000))
        second.source.deliver("numbers", key: "a", values: values)
        second.source.deliver("numbers", key: "a", values: ["1"], from: 5000)
        await second.wait { $0.records == 5001 }
        #expect(second.node.statistics.duplicates == 5000)
        second.stop()
        #expect(second.sink.count.withLock { $0 } == 1, "what was acknowledged is not sent again")
    }

    @Test func aPoisonedKeyIsParkedAndToldAndOutlivesARestart() async throws {
        let first = try CountingNode(directory: directory)
        first.source.deliver("numbers", key: "bad", values: ["-1", "2"])
        first.source.deliver("numbers", key: "good", values: ["1"], from: 2)
        await first.wait { $0.parkedKeys == 1 && $0.emitted == 1 }
        first.stop()
        let line = try #require(first.handler.entries.first { $0.message.contains("parked") })
        #expect(line.level == .error)
        #expect(
            line.message
                == "key 'bad' of Counter is parked because Counter/count failed once: what comes for it waits, "
                + "other keys go on")
        #expect(line.metadata["record"] == "numbers/0@0")

        let second = try CountingNode(directory: directory)
        defer { second.stop() }
        #expect(second.node.statistics.parkedKeys == 1)
        let started = try #require(second.handler.entries.first { $0.message == "started" })
        #expect(started.metadata["parked_keys"] == 1)
        #expect(started.metadata["queued"] == 2)
    }

    @Test func aSubscriptionThatIsPausedIsKnownAndNotRead() throws {
        let node = try CountingNode(
            directory: directory,
            yaml: CountingNode.yaml
                + "\n  - { source: kafka://main/others, sink: service://Counter/count, paused: true }")
        defer { node.stop() }
        #expect(node.source.topics.map(\.topic) == ["numbers"])
        #expect(node.handler.messages.contains("paused because the configuration says so"))
    }

    @Test func aDirectoryIsOneProcesssOwn() throws {
        let node = try CountingNode(directory: directory)
        defer { node.stop() }
        let error = try #require(throws: NodeError.self) { try CountingNode(directory: directory) }
        #expect(
            error.description
                == "the data directory \(directory.path)/data is in use by another process; stop that one, or "
                + "set storage.directory to another directory")
        #expect(!error.isConfiguration)
    }

    @Test func theNumberOfShardsIsTheDirectorysForever() throws {
        try CountingNode(directory: directory).stop()
        let error = try #require(throws: NodeError.self) {
            try CountingNode(directory: directory, yaml: CountingNode.yaml + "\nstorage: { shardCount: 7 }")
        }
        #expect(error.description.contains("was created with shardCount 24, and the configuration says 7"))
        #expect(error.isConfiguration)
    }

    @Test func aSubscriptionsServiceMustBeThere() throws {
        let error = try #require(throws: NodeError.self) {
            try CountingNode(
                directory: directory,
                yaml: CountingNode.yaml.replacing("service://Counter/count", with: "service://Counter/cuont"))
        }
        #expect(error.isConfiguration)
    }
}
