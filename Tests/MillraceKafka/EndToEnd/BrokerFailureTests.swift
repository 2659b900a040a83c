import Millrace
import TestKit
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// A broker that dies, hangs, or is not there yet, under an engine that reads from it and writes to it.
@Suite(.enabled(if: OwnBroker.isThere, OwnBroker.hint), .timeLimit(.minutes(5)), .serialized)
struct BrokerFailureTests {
    @Test
    func aBrokerThatIsKilledAndComesBackLosesAndDoublesNothing() throws {
        try OwnBroker.with { broker in
            try Self.makeTopics(broker)
            let probe = KafkaProbe(broker.settings())
            try probe.produce(RealBroker.records(0..<3000), to: "in")
            let recorder = Recorder(output: "out")
            try TestNode.run(
                TemporaryDirectory(), recorder, TestNode.Setup(topic: "in", cluster: broker.settings())
            ) { node in
                for round in 1...2 {
                    #expect(recorder.wait(count: round * 3000 - 2500))
                    try broker.kill()
                    #expect(node.observer.wait { $0.isRetrying })
                    #expect(
                        node.observer.status()?.reason.hasPrefix("cannot reach kafka cluster 'main': ") == true
                            || node.observer.status()?.reason.hasPrefix("cannot ask for the partitions") == true)
                    try broker.start()
                    try probe.produce(RealBroker.records(round * 3000..<(round + 1) * 3000), to: "in")
                    #expect(recorder.wait(count: (round + 1) * 3000))
                    #expect(node.observer.wait { $0.isRunning })
                }
                #expect(node.waitUntilIdle())
                #expect(Waiting.wait { node.sink.status == .running })
            }
            try ResumeTests.expectEveryRecordOnce(recorder, "in", probe, total: 9000)
            let output = OutputTests.withoutRepeats(try probe.everything(in: "out", partitions: 2))
            try OutputTests.expectComplete(output, recorder)
        }
    }

    @Test
    func aBrokerThatHangsIsSaidToBeSlowAndThenGoesOn() throws {
        try OwnBroker.with { broker in
            try Self.makeTopics(broker)
            let probe = KafkaProbe(broker.settings())
            try probe.produce(RealBroker.records(0..<100), to: "in")
            let recorder = Recorder(output: "out")
            try TestNode.run(
                TemporaryDirectory(), recorder, TestNode.Setup(topic: "in", cluster: broker.settings())
            ) { node in
                #expect(recorder.wait(count: 100))
                try broker.freeze()
                #expect(node.observer.wait { $0.isRetrying })
                try broker.thaw()
                #expect(node.observer.wait { $0.isRunning })
                try probe.produce(RealBroker.records(100..<200), to: "in")
                #expect(recorder.wait(count: 200))
                #expect(node.waitUntilIdle())
            }
            try ResumeTests.expectEveryRecordOnce(recorder, "in", probe, total: 200)
            let output = OutputTests.withoutRepeats(try probe.everything(in: "out", partitions: 2))
            try OutputTests.expectComplete(output, recorder)
        }
    }

    /// An engine that starts before its broker waits for it, and can be stopped while it waits.
    @Test
    func aBrokerThatIsNotThereYetIsWaitedFor() throws {
        try OwnBroker.with { broker in
            try Self.makeTopics(broker)
            let probe = KafkaProbe(broker.settings())
            try probe.produce(RealBroker.records(0..<50), to: "in")
            try broker.kill()
            let directory = try TemporaryDirectory()
            let recorder = Recorder(output: "out")
            let setup = TestNode.Setup(topic: "in", cluster: broker.settings())
            try TestNode.run(directory, recorder, setup) { node in #expect(node.observer.wait { $0.isRetrying }) }
            try TestNode.run(directory, recorder, setup) { node in
                #expect(node.observer.wait { $0.isRetrying })
                try broker.start()
                #expect(recorder.wait(count: 50))
                #expect(node.observer.wait { $0.isRunning })
                #expect(node.waitUntilIdle())
            }
            #expect(try probe.everything(in: "out", partitions: 2).count == 50)
        }
    }

    /// What the broker had no chance to take when the engine was stopped is sent by the next run.
    @Test
    func whatABrokerThatIsAwayDidNotTakeIsSentByTheNextRun() throws {
        try OwnBroker.with { broker in
            try Self.makeTopics(broker)
            let probe = KafkaProbe(broker.settings())
            let directory = try TemporaryDirectory()
            let recorder = Recorder(output: "out")
            let setup = TestNode.Setup(topic: "in", cluster: broker.settings())
            try probe.produce(RealBroker.records(0..<2000), to: "in")
            try TestNode.run(directory, recorder, setup, drainMilliseconds: 0) { node in
                #expect(recorder.wait(count: 500))
                try broker.kill()
                #expect(node.observer.wait { $0.isRetrying })
            }
            try broker.start()
            try TestNode.run(directory, recorder, setup) { node in
                #expect(recorder.wait(count: 2000))
                #expect(node.waitUntilIdle())
            }
            try ResumeTests.expectEveryRecordOnce(recorder, "in", probe, total: 2000)
            let output = OutputTests.withoutRepeats(try probe.everything(in: "out", partitions: 2))
            try OutputTests.expectComplete(output, recorder)
        }
    }

    // MARK: Helpers

    private static func makeTopics(_ broker: OwnBroker) throws {
        let admin = try KafkaAdmin(broker.settings())
        try admin.createTopic("in", partitions: 3)
        try admin.createTopic("out", partitions: 2)
    }
}
