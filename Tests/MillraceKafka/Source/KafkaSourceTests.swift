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
        try RealBroker.withTopic("commit") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<10), to: topic)
            let engine = FakeEngine()
            let group = RealBroker.name("group")
            let committed: () throws -> Int64? = { try BrokerTools.committedOffset(group: group, topic: topic) }
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
            try BrokerTools.produceInTransaction(RealBroker.records(3..<6), to: topic)
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
                engine.wait { _ in
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

    @Test
    func recordsOfAbortedTransactionsAreNotDelivered() throws {
        try RealBroker.withTopic("aborted") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<2), to: topic)
            try BrokerTools.produceInTransaction(RealBroker.records(2..<5), to: topic, ending: .abort)
            try BrokerTools.produceInTransaction(RealBroker.records(5..<8), to: topic)
            try BrokerTools.produceInTransaction(RealBroker.records(8..<9), to: topic, ending: .abort)
            let engine = FakeEngine()
            let intake = engine.intake()
            try RealBroker.withSource([(topic, intake)]) {
                // Nine records and three markers, of which the last one ends the log.
                #expect(engine.wait { _ in intake.state.withLock { $0.slots.first?.applied.min() } == 12 })
            }
            #expect(engine.texts == [0, 1, 5, 6, 7].map(String.init))
        }
    }

    // MARK: Backpressure

    @Test
    func pausesItsPartitionsWhenTheEngineTakesNothingAndLosesNothing() throws {
        try RealBroker.withTopic("pressure", partitions: 3) { topic, _, probe in
            try probe.produce(RealBroker.records(0..<20_000), to: topic)
            let engine = FakeEngine()
            engine.hold(true)
            try RealBroker.withSource([(topic, engine.intake(maxInFlightRecords: 1000))]) {
                for round in 1...5 {
                    #expect(engine.wait { $0.status()?.isPaused == true })
                    #expect(engine.status()?.reason.contains("records are on their way to the shards") == true)
                    let before = engine.records.count
                    engine.hold(false)
                    #expect(engine.wait { $0.records.count >= min(before + 2000, 20_000 + round * 100 - 100) })
                    engine.hold(true)
                    try probe.produce(RealBroker.records(0..<100), to: topic)
                }
                engine.hold(false)
                #expect(engine.wait { $0.records.count >= 20_500 })
                #expect(engine.wait { $0.status()?.isRunning == true })
            }
            expectGapless(engine, total: 20_500)
        }
    }

    /// A topic whose handler takes nothing keeps no other topic of the cluster waiting.
    @Test
    func aTopicThatIsHeldUpKeepsNoOtherWaiting() throws {
        try RealBroker.withTopic("stuck") { stuck, _, probe in
            try RealBroker.withTopic("free") { free, _, _ in
                try probe.produce(RealBroker.records(0..<5000), to: stuck)
                try probe.produce(RealBroker.records(0..<5000), to: free)
                let (held, engine) = (FakeEngine(), FakeEngine())
                held.hold(true)
                try RealBroker.withSource([(stuck, held.intake(maxInFlightRecords: 100)), (free, engine.intake())]) {
                    #expect(engine.wait { $0.records.count == 5000 })
                    #expect(held.wait { $0.status()?.isPaused == true })
                    try probe.produce(RealBroker.records(0..<500), to: free)
                    #expect(engine.wait { $0.records.count == 5500 })
                    held.hold(false)
                    #expect(held.wait { $0.records.count == 5000 })
                }
                expectGapless(held, total: 5000)
                expectGapless(engine, total: 5500)
            }
        }
    }

    /// While partitions are paused, retention takes away what was to be read next.
    @Test(arguments: [MissingOffsetPolicy.stop, .earliest])
    func theLogIsCutWhileItsPartitionsArePaused(policy: MissingOffsetPolicy) throws {
        try RealBroker.withTopic("cut") { topic, admin, probe in
            try probe.produce(RealBroker.records(0..<5000), to: topic)
            let engine = FakeEngine()
            engine.hold(true)
            let intake = engine.intake(onMissingOffset: policy, maxInFlightRecords: 100)
            try RealBroker.withSource([(topic, intake)]) {
                #expect(engine.wait { $0.status()?.isPaused == true })
                try admin.deleteRecords(topic: topic, partition: 0, before: 4900)
                engine.hold(false)
                switch policy {
                case .stop:
                    #expect(engine.wait { $0.status(0)?.isStopped == true })
                    #expect(engine.status(0)?.reason.contains("but the log starts at 4900 and ends at 5000") == true)
                case .earliest, .latest:
                    #expect(engine.wait { $0.records.last?.offset == 4999 })
                    #expect(engine.status(0) == .running(from: 4900))
                }
            }
            let offsets = engine.records.map(\.offset)
            #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $0 + 1 == $1 || $1 == 4900 })
        }
    }

    // MARK: Topics that come and go

    @Test(arguments: [MissingOffsetPolicy.stop, .earliest, .latest])
    func aTopicIsDeletedAndCreatedAgainWhileItIsRead(policy: MissingOffsetPolicy) throws {
        try RealBroker.withTopic("reborn") { topic, admin, probe in
            try probe.produce(RealBroker.records(0..<10), to: topic)
            let engine = FakeEngine()
            let intake = engine.intake(onMissingOffset: policy)
            try RealBroker.withSource([(topic, intake)]) {
                #expect(engine.wait { $0.records.count == 10 })
                try admin.deleteTopic(topic)
                #expect(engine.wait { $0.status()?.reason.contains("'\(topic)' no longer exists") == true })
                try ResumeTests.create(topic, admin)
                if policy == .stop {
                    #expect(engine.wait { $0.status(0)?.isStopped == true })
                    let reason = engine.status(0)?.reason ?? ""
                    #expect(reason.contains("10, but the log starts at 0 and ends at 0"))
                    return
                }
                #expect(engine.wait { engine in engine.state.withLock { $0.resets.map(\.next) } == [0] })
                try probe.produce(RealBroker.records(10..<13), to: topic)
                #expect(engine.wait { $0.records.count == 13 })
                #expect(engine.wait { $0.status()?.isRunning == true })
            }
            guard policy != .stop else { return }
            #expect(engine.texts == (0..<13).map(String.init))
            #expect(engine.records.suffix(3).map(\.offset) == [0, 1, 2])
        }
    }

    /// It used to hang: librdkafka waited for a partition that it had lost count of.
    @Test
    func canBeStoppedWhileItsTopicIsAway() throws {
        try RealBroker.withTopic("away", partitions: 3) { topic, admin, probe in
            try probe.produce(RealBroker.records(0..<100), to: topic)
            let engine = FakeEngine()
            try RealBroker.withSource([(topic, engine.intake())]) {
                #expect(engine.wait { $0.records.count == 100 })
                try admin.deleteTopic(topic)
                #expect(engine.wait { $0.status()?.reason.contains("'\(topic)' no longer exists") == true })
            }
        }
    }

    // MARK: The consumer group

    @Test
    func commitsToTheGroupOnlyWhatIsDurable() throws {
        try RealBroker.withTopic("durable") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<10), to: topic)
            let engine = FakeEngine()
            engine.state.withLock { $0.isDurable = false }
            let group = RealBroker.name("group")
            let committed: () throws -> Int64? = { try BrokerTools.committedOffset(group: group, topic: topic) }
            try RealBroker.withSource([(topic, engine.intake())], settings: RealBroker.settings(group: group)) {
                #expect(engine.wait { $0.records.count == 10 })
                let asked = engine.state.withLock { $0.durableQuestions }
                #expect(engine.wait { engine in engine.state.withLock { $0.durableQuestions } >= asked + 3 })
                // Where it began is no news.
                let early = try committed() ?? 0
                #expect(early == 0)
                engine.state.withLock { $0.isDurable = true }
                #expect(engine.wait { _ in (try? committed()) == 10 })
            }
        }
    }

    @Test(.enabled(if: OwnBroker.isThere, OwnBroker.hint))
    func kafkasOwnToolsShowTheGroupsLag() throws {
        try RealBroker.withTopic("lag") { topic, _, probe in
            try probe.produce(RealBroker.records(0..<10), to: topic)
            let group = RealBroker.name("group")
            let engine = FakeEngine()
            try RealBroker.withSource([(topic, engine.intake())], settings: RealBroker.settings(group: group)) {
                #expect(engine.wait { $0.records.count == 10 })
            }
            try probe.produce(RealBroker.records(0..<7), to: topic)
            let port = RealBroker.address?.split(separator: ":").last.map(String.init) ?? ""
            let shown = try OwnBroker.tool("groups", port: port, ["--describe", "--group", group])
            let line = shown.split(separator: "\n").first { $0.contains(topic) }?.split(separator: " ").map(String.init)
            // GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG
            #expect(line?.dropFirst(2).prefix(4) == ["0", "10", "17", "7"])
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
