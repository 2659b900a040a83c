import Millrace
import TestKit
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

/// What a record that fails for good does to its partition.
@Suite(.enabled(if: RealBroker.isThere, RealBroker.hint), .timeLimit(.minutes(5)))
struct PoisonTests {
    @Test
    func stopStopsThePartitionOnlyAndGoesOnWhenMended() throws {
        try RealBroker.withTopic("poison", partitions: 2) { topic, _, probe in
            let directory = try TemporaryDirectory()
            let recorder = Recorder()
            recorder.fail(on: ["2"])
            var setup = TestNode.Setup(topic: topic)
            setup.onError.then = .stop
            try probe.produce(RealBroker.records(0..<5, partition: 0), to: topic)
            try TestNode.run(directory, recorder, setup) { node in
                #expect(node.observer.wait(0) { $0.isStopped })
                #expect(node.observer.status(0)?.reason.contains("the record at offset 2 failed") == true)
                try probe.produce(RealBroker.records(5..<10, partition: 0), to: topic)
                try probe.produce(RealBroker.records(10..<15, partition: 1), to: topic)
                #expect(recorder.wait { $0.texts.contains("14") })
                #expect(node.observer.status(1)?.isRunning == true)
                // The stopped partition's lag goes on to be told.
                #expect(Waiting.wait { node.partition(0)?.logEnd == 10 })
            }
            #expect(!recorder.seen.contains { $0.record.partition == 0 && $0.record.offset >= 5 })
            // Nothing is mended yet: it stops again, before it has read anything.
            try TestNode.run(directory, recorder, setup) { node in
                #expect(node.observer.wait(0) { $0.isStopped })
                try probe.produce(RealBroker.records(15..<16, partition: 1), to: topic)
                #expect(recorder.wait { $0.texts.contains("15") })
            }
            #expect(!recorder.texts.contains("2"))
            recorder.fail(on: [])
            try TestNode.run(directory, recorder, setup) { _ in #expect(recorder.wait(count: 16)) }
            #expect(recorder.texts.sorted() == (0..<16).map(String.init).sorted())
            try ResumeTests.expectEveryRecordOnce(recorder, topic, probe, total: 16)
        }
    }

    @Test
    func parkedAndSkippedRecordsLeaveThePartitionRunning() throws {
        for end in [ErrorPolicy.End.park, .skip] {
            try RealBroker.withTopic("parked") { topic, _, probe in
                let recorder = Recorder()
                recorder.fail(on: ["3"])
                var setup = TestNode.Setup(topic: topic)
                setup.onError.then = end
                // Ten keys; the poisoned one comes again with 13 and 23.
                try probe.produce(RealBroker.records(0..<30), to: topic)
                try TestNode.run(TemporaryDirectory(), recorder, setup) { node in
                    #expect(Waiting.wait { node.partition(0)?.position == 30 })
                    #expect(recorder.wait(count: end == .park ? 27 : 29))
                    #expect(node.observer.status(0)?.isRunning == true)
                }
                let missing = end == .park ? [3, 13, 23] : [3]
                #expect(Set(recorder.texts) == Set((0..<30).filter { !missing.contains($0) }.map(String.init)))
            }
        }
    }
}
