import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// What becomes of a record whose handler fails.
struct FailureTests {
    /// Fails for inputs `bad`, and for `terminal` so that trying again is no use.
    private func failing(_ diary: Diary) -> ServiceDefinition {
        Scripted.object { context, input in
            diary.add("\(context.key) \(input) \(context.nowMilliseconds - 1_700_000_000_000)")
            context.set(StateKey<String>("seen", serde: .text), input)
            context.emit(topic: "out", value: Array(input.utf8))
            if input == "bad" { throw Failure() }
            if input == "terminal" { throw TerminalError("no use") }
        }
    }

    private let policy = ErrorPolicy(initialMilliseconds: 10, factor: 2, maxMilliseconds: 25, attempts: 5)

    private func policy(_ end: ErrorPolicy.End) -> ErrorPolicy {
        var policy = policy
        policy.then = end
        return policy
    }

    @Test func pausesGrowToTheirLimitAndThenTheKeyIsParked() throws {
        let diary = Diary()
        let harness = try SteppedHarness([failing(diary)], onError: policy(.park))
        harness.deliver(["bad", "next"], key: "a")
        try harness.settleForEver()
        #expect(diary.all == ["a bad 0", "a bad 10", "a bad 30", "a bad 55", "a bad 80"])
        #expect(harness.emitted().isEmpty)
        let statistics = harness.engine.statistics
        #expect((statistics.parkedKeys, statistics.queuedInvocations, statistics.failures) == (1, 2, 5))
        // A restart does not let it loose.
        try harness.reopen()
        try harness.settleForEver()
        #expect(diary.all.count == 5)
        #expect(harness.engine.statistics.parkedKeys == 1)
        // Other keys go on, and what comes for this one queues.
        harness.deliver(["other"], key: "b", from: 2)
        harness.deliver(["more"], key: "a", from: 3)
        try harness.settleForEver()
        #expect(harness.emitted() == ["other"])
        #expect(harness.engine.statistics.queuedInvocations == 3)
    }

    @Test func skippedRecordIsGoneAndTheNextOneRuns() throws {
        let diary = Diary()
        let harness = try SteppedHarness([failing(diary)], onError: policy(.skip))
        harness.deliver(["bad", "next"], key: "a")
        try harness.settleForEver()
        #expect(diary.all.count == 6)
        #expect(harness.emitted() == ["next"])
        let statistics = harness.engine.statistics
        #expect((statistics.parkedKeys, statistics.queuedInvocations, statistics.busyKeys) == (0, 0, 0))
        let skipped = harness.observer.events.withLock { $0.contains { if case .skipped = $0 { true } else { false } } }
        #expect(skipped)
    }

    @Test func terminalFailureIsNotTriedAgain() throws {
        for (end, emitted) in [(ErrorPolicy.End.park, []), (.skip, ["next"])] {
            let diary = Diary()
            let harness = try SteppedHarness([failing(diary)], onError: policy(end))
            harness.deliver(["terminal", "next"], key: "a")
            try harness.settleForEver()
            #expect(diary.count("a terminal 0") == 1)
            #expect(harness.emitted() == emitted)
        }
    }

    @Test func stopStopsThePartitionUntilTheNextStart() throws {
        let diary = Diary()
        let harness = try SteppedHarness([failing(diary)], onError: policy(.stop))
        harness.deliver(["bad"], key: "a")
        harness.deliver([SteppedHarness.Record(offset: 0, key: "b", value: "fine", partition: 1)])
        try harness.settleForEver()
        let requests = harness.intake.stopRequests()
        #expect(requests.map(\.slot) == [harness.slot(0)])
        #expect(requests.first?.reason.contains("offset 0") ?? false)
        #expect(diary.all.count == 6)
        // It is tried again, from the first attempt on.
        try harness.reopen()
        try harness.settle()
        #expect(diary.all.count == 7)
    }

    @Test func nothingOfAFailedAttemptIsLeft() throws {
        let diary = Diary()
        let harness = try SteppedHarness([
            Scripted.object { context, input in
                let state = StateKey<String>("s", serde: .text)
                let big = StateKey<String>("big", serde: .text)
                diary.add(
                    "\(try context.get(state) ?? "-") \(try context.get(big)?.count ?? 0) \(try context.stateNames())")
                context.set(state, input)
                context.set(big, String(repeating: input, count: 2_000))
                context.emit(topic: "out", value: Array(input.utf8))
                context.send(service: "Object", handler: "run", key: "other", payload: Array("sent".utf8))
                context.send(
                    service: "Object", handler: "run", key: "other", payload: Array("later".utf8), after: .seconds(1))
                if input == "bad", diary.all.count < 4 { throw Failure() }
                if input != "bad" { context.clearAll() }
            }
        ])
        harness.deliver(["bad"], key: "a")
        try harness.settle()
        #expect(diary.all == ["- 0 []"])
        #expect(harness.engine.statistics.timersInMemory == 0)
        #expect(harness.emitted().isEmpty)
        try harness.advance(byMilliseconds: 500)
        #expect(diary.all == ["- 0 []", "- 0 []"])
    }

    /// A record without the key that its service needs stands in nobody's way.
    @Test func recordWithoutAKeyIsParkedByItself() throws {
        let diary = Diary()
        let harness = try SteppedHarness([failing(diary)], onError: policy(.park))
        harness.deliver([
            SteppedHarness.Record(offset: 0, key: nil, value: "x"),
            SteppedHarness.Record(offset: 1, key: nil, value: "y"),
            SteppedHarness.Record(offset: 2, key: "a", value: "fine"),
        ])
        try harness.settleForEver()
        #expect(harness.emitted() == ["fine"])
        #expect(harness.engine.statistics.parkedKeys == 2)
    }

    @Test func failuresOfAServiceWithoutKeysHoldUpNothing() throws {
        let diary = Diary()
        let harness = try SteppedHarness(
            [
                Scripted.service { context, input in
                    diary.add(input)
                    if input == "bad", diary.count("bad") < 3 { throw Failure() }
                    context.emit(topic: "out", value: Array(input.utf8))
                }
            ], sink: ("Service", "run"), key: .none, onError: policy(.park))
        harness.deliver((0..<3).map { SteppedHarness.Record(offset: $0, key: nil, value: $0 == 0 ? "bad" : "\($0)") })
        try harness.settle()
        #expect(harness.emitted() == ["1", "2"])
        try harness.reopen()
        try harness.settleForEver()
        #expect(harness.emitted() == ["1", "2", "bad"])
        #expect(harness.engine.statistics.busyKeys == 0)
    }

    @Test func invocationOfAHandlerThatIsGoneIsParked() throws {
        let diary = Diary()
        let disk = SimulatedDisk()
        let first = try SteppedHarness(
            [
                Scripted.object { context, input in
                    context.send(
                        service: "Gone", handler: "run", key: context.key, payload: Array(input.utf8),
                        after: .seconds(1))
                }, Scripted.object("Gone") { _, input in diary.add(input) },
            ], disk: disk)
        first.deliver(["x"], key: "a")
        try first.settle()
        let second = try SteppedHarness([Scripted.object { _, _ in }], disk: disk)
        try second.settleForEver()
        #expect(second.engine.statistics.parkedKeys == 1)
        #expect(diary.all.isEmpty)
    }
}
