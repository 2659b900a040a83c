import Synchronization
import Testing

@testable import MillraceEngine
@testable import MillraceKafka

@Suite(.enabled(if: RealBroker.isThere, RealBroker.hint), .timeLimit(.minutes(5)))
struct KafkaSourceTests {
    @Test
    func readsWholeRecordsInOrder() throws {
        try RealBroker.withTopic("whole") { topic, _, probe in
            try probe.produce(
                [
                    KafkaProbe.Record(
                        key: [0, 255, 10], value: Array("one".utf8),
                        headers: [("a", [1, 2]), ("b", nil), ("a", []), ("é", [3])], timestamp: 1_700_000_000_123),
                    KafkaProbe.Record(key: nil, value: []),
                    KafkaProbe.Record(key: [], value: nil),
                ], to: topic)
            let engine = FakeEngine()
            try RealBroker.withSource([(topic, engine.intake())]) {
                #expect(engine.wait { $0.records.count == 3 })
                #expect(engine.status(0) == .running(from: 0))
            }
            let records = engine.records
            try #require(records.count == 3)
            #expect(records.map(\.offset) == [0, 1, 2])
            #expect(records[0].key == [0, 255, 10])
            #expect(records[0].timestamp == 1_700_000_000_123)
            #expect(records[0].headers.map(\.name) == ["a", "b", "a", "é"])
            #expect(records[0].headers.map(\.value) == [[1, 2], nil, [], [3]])
            #expect(records[1].key == nil)
            #expect(records[1].value == [])
            #expect(records[2].key == [])
            #expect(records[2].value == nil)
        }
    }

    @Test
    func readsManyRecordsOfManyPartitionsEachInOrder() throws {
        try RealBroker.withTopic("many", partitions: 6) { topic, _, probe in
            try probe.produce(RealBroker.records(0..<50_000), to: topic)
            let engine = FakeEngine()
            try RealBroker.withSource([(topic, engine.intake())]) {
                #expect(engine.wait { $0.records.count >= 50_000 })
            }
            expectGapless(engine, total: 50_000)
        }
    }

    @Test(arguments: [
        (StartPosition.earliest, Int64(0)), (.latest, 100), (.offset(40), 40), (.timestamp(1_700_000_000_060), 60),
        (.timestamp(1_900_000_000_000), 100),
    ])
    func beginsWhereTheSubscriptionSays(start: StartPosition, expected: Int64) throws {
        try RealBroker.withTopic("start") { topic, _, probe in
            try probe.produce(
                (0..<100).map {
                    KafkaProbe.Record(key: nil, value: Array("\($0)".utf8), timestamp: 1_700_000_000_000 + Int64($0))
                }, to: topic)
            let engine = FakeEngine()
            try RealBroker.withSource([(topic, engine.intake(start: start))]) {
                #expect(engine.wait { $0.status(0) == .running(from: expected) })
                try probe.produce([KafkaProbe.Record(key: "k", value: "last")], to: topic)
                #expect(engine.wait { $0.texts.last == "last" })
            }
            #expect(engine.records.map(\.offset) == Array(expected...100))
        }
    }

    @Test
    func goesOnAtTheStoredOffset() throws {
        try RealBroker.withTopic("stored") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<100), to: topic)
            let engine = FakeEngine()
            let intake = engine.intake(start: .earliest, stored: [FakeEngine.stored(topic, 0, at: 70)])
            try RealBroker.withSource([(topic, intake)]) {
                #expect(engine.wait { $0.records.count >= 30 })
            }
            #expect(engine.records.map(\.offset) == Array(70..<100))
        }
    }

    @Test
    func tellsTheEndOfTheLog() throws {
        try RealBroker.withTopic("lag") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<10), to: topic)
            let engine = FakeEngine()
            let intake = engine.intake()
            try RealBroker.withSource([(topic, intake)]) {
                #expect(engine.wait { _ in intake.state.withLock { $0.slots.first?.logEnd } == 10 })
                try probe.produce(RealBroker.records(0..<5), to: topic)
                #expect(engine.wait { _ in intake.state.withLock { $0.slots.first?.logEnd } == 15 })
            }
        }
    }

    @Test
    func commitsDurableOffsetsToTheGroup() throws {
        try RealBroker.withTopic("commit") { topic, admin, probe in
            try probe.produce(RealBroker.records(0..<10), to: topic)
            let engine = FakeEngine()
            let group = RealBroker.name("group")
            let committed: () throws -> Int64? = { try admin.committedOffset(group: group, topic: topic, partition: 0) }
            try RealBroker.withSource([(topic, engine.intake())], settings: RealBroker.settings(group: group)) {
                #expect(engine.wait { _ in (try? committed()) == 10 })
                try probe.produce(RealBroker.records(0..<5), to: topic)
                #expect(engine.wait { $0.records.count == 15 })
            }
            // The rest is committed when the source stops.
            #expect(try committed() == 15)
        }
    }

    @Test
    func waitsForATopicThatDoesNotExistYet() throws {
        let admin = try KafkaAdmin(RealBroker.settings())
        let topic = RealBroker.name("later")
        let engine = FakeEngine()
        try RealBroker.withSource([(topic, engine.intake())]) {
            #expect(engine.wait { $0.status()?.reason.contains("topic '\(topic)' does not exist") == true })
            try admin.createTopic(topic, partitions: 2)
            defer { try? admin.deleteTopic(topic) }
            try KafkaProbe(RealBroker.settings()).produce(RealBroker.records(0..<20), to: topic)
            #expect(engine.wait { $0.records.count == 20 })
            #expect(engine.wait { $0.status()?.isRunning == true })
        }
    }

    @Test(arguments: [StartPosition.earliest, .latest])
    func readsPartitionsThatAreAddedLaterFromTheirBeginning(start: StartPosition) throws {
        try RealBroker.withTopic("grows") { topic, admin, probe in
            let engine = FakeEngine()
            try RealBroker.withSource([(topic, engine.intake(start: start))]) {
                #expect(engine.wait { $0.status(0)?.isRunning == true })
                try admin.addPartitions(to: topic, total: 3)
                try probe.produce(RealBroker.records(0..<10, partition: 2), to: topic)
                #expect(engine.wait { $0.records.count == 10 })
                #expect(engine.status(1)?.isRunning == true)
            }
            #expect(engine.records.map(\.partition).allSatisfy { $0 == 2 })
        }
    }

    @Test
    func countsControlRecordsAsRead() throws {
        try RealBroker.withTopic("control") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<3), to: topic)
            try probe.produceInTransaction(RealBroker.records(3..<6), to: topic, transactionalID: topic)
            let engine = FakeEngine()
            let intake = engine.intake()
            try RealBroker.withSource([(topic, intake)]) {
                // Six records and the commit's marker.
                #expect(engine.wait { _ in intake.state.withLock { $0.slots.first?.applied.min() } == 7 })
                try probe.produce(RealBroker.records(6..<7), to: topic)
                #expect(engine.wait { $0.records.count == 7 })
            }
            #expect(engine.texts == (0..<7).map(String.init))
            #expect(engine.records.last?.offset == 7)
        }
    }

    @Test
    func readsACompactedTopicOverItsGaps() throws {
        let compact = [
            ("cleanup.policy", "compact"), ("segment.ms", "100"), ("min.cleanable.dirty.ratio", "0.001"),
            ("max.compaction.lag.ms", "100"),
        ]
        try RealBroker.withTopic("compacted", configuration: compact) { topic, _, probe in
            for round in 0..<5 {
                try probe.produce((0..<100).map { KafkaProbe.Record(key: "same", value: "\(round)-\($0)") }, to: topic)
            }
            // The cleaner works on closed segments only, so something new has to come from time to time.
            let engine = FakeEngine()
            #expect(
                engine.wait(seconds: 40) { _ in
                    try? probe.produce([KafkaProbe.Record(key: "other", value: "tick")], to: topic)
                    let first = try? probe.consume(topic, atLeast: 1, timeoutMilliseconds: 2000).first
                    return (first?.offset ?? 0) > 0
                })
            let intake = engine.intake()
            try RealBroker.withSource([(topic, intake)]) {
                try probe.produce([KafkaProbe.Record(key: "end", value: "end")], to: topic)
                #expect(engine.wait { $0.texts.last == "end" })
            }
            #expect(engine.records.count < 500)
            #expect(zip(engine.records, engine.records.dropFirst()).allSatisfy { $0.offset < $1.offset })
        }
    }

    private func expectGapless(_ engine: FakeEngine, total: Int) {
        let byPartition = Dictionary(grouping: engine.records, by: \.partition)
        #expect(byPartition.values.map(\.count).reduce(0, +) == total)
        for (partition, records) in byPartition {
            #expect(records.map(\.offset) == Array(0..<Int64(records.count)), "partition \(partition)")
        }
    }
}
