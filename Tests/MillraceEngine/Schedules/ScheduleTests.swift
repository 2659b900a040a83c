import Millrace
import MillraceSchedule
import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// Schedules, from their first turn to their last: what is invoked, and what is not.
@Suite struct ScheduleTests {
    /// 2023-11-14T22:15:00Z, a quarter of an hour; the harness begins at 22:13:20.
    private static let first: Int64 = 1_700_000_100_000
    private static let minute: Int64 = 60_000
    private static let quarter = ScheduleTiming.every(milliseconds: 15 * minute)

    /// The tick of that number, from 0.
    private func tick(_ number: Int) -> Int64 { Self.first + Int64(number) * 15 * Self.minute }

    /// An object and a service that write down what they get; the object keeps it as its state, too.
    private func services(_ diary: Diary) -> [ServiceDefinition] {
        [
            Scripted.object { context, input in
                let tick = context.scheduleTick
                let line = "\(tick.map { "\($0.milliseconds)" } ?? "-")"
                diary.add("\(context.key) \(tick?.schedule ?? "-") \(line) \(input)")
                context.set(.ticks, (try context.get(.ticks) ?? []) + [line])
            },
            Scripted.service { context, input in
                diary.add("service \(context.scheduleTick?.milliseconds ?? 0) \(input)")
            },
        ]
    }

    private func schedule(
        _ name: String = "s", _ timing: ScheduleTiming = quarter, key: String = "k", catchUp: CatchUpPolicy = .last
    ) -> ScheduleDefinition {
        ScheduleDefinition(
            name: name, timing: timing, service: "Object", handler: "run", key: key, payload: Array("go".utf8),
            catchUp: catchUp)
    }

    private func ticks(_ harness: SteppedHarness, key: String = "k") throws -> [Int64] {
        let bytes = try harness.engine.state(service: "Object", key: Array(key.utf8))["ticks"]
        return try bytes.map { try Serde<[String]>.json.value(of: $0) }?.compactMap { Int64($0) } ?? []
    }

    private func kinds(_ harness: SteppedHarness) -> [ScheduleEvent.Kind] {
        harness.observer.schedules.withLock { $0.map(\.kind) }
    }

    // MARK: What is invoked

    @Test func aTickInvokesTheHandlerOnceWithItsTime() throws {
        let diary = Diary()
        let harness = try SteppedHarness(services(diary), schedules: [schedule()])
        try harness.settle()
        #expect(diary.all.isEmpty, "a new schedule begins with the tick after its start")
        harness.now = Self.first - 1
        try harness.settle()
        #expect(diary.all.isEmpty)
        harness.now = Self.first
        try harness.settle()
        try harness.settle()
        #expect(diary.all == ["k s \(Self.first) go"])
        try harness.advance(byMilliseconds: 15 * Self.minute)
        #expect(diary.all == ["k s \(Self.first) go", "k s \(tick(1)) go"])
        let statistics = try #require(harness.engine.statistics.schedules.first)
        #expect(statistics.fired == 2 && statistics.missed == 0 && statistics.nextMilliseconds == tick(2))
        #expect(kinds(harness) == [.new])
    }

    /// Times come from the turn alone: whoever sleeps until the next wake finds each tick.
    @Test func theNextWakeIsTheNextTick() throws {
        let diary = Diary()
        let harness = try SteppedHarness(services(diary), schedules: [schedule()])
        try harness.settle()
        for number in 0..<10 {
            let wake = (0..<harness.engine.groupCount).compactMap { harness.engine.nextWake($0, now: harness.now) }
                .min()
            #expect(wake == tick(number))
            harness.now = try #require(wake)
            try harness.settle()
            #expect(diary.all.count == number + 1)
        }
    }

    @Test func keysMayHoldTheTick() throws {
        let diary = Diary()
        let harness = try SteppedHarness(services(diary), schedules: [schedule(key: "r-{tick}-{x}")])
        try harness.settle()
        try harness.advance(byMilliseconds: 20 * Self.minute)
        #expect(diary.all == ["r-2023-11-14T22:30:00Z-{x} s \(tick(1)) go"])
    }

    @Test func servicesWithoutKeysAreInvokedToo() throws {
        let diary = Diary()
        let harness = try SteppedHarness(
            services(diary),
            schedules: [ScheduleDefinition(name: "s", timing: Self.quarter, service: "Service", handler: "run")])
        try harness.settle()
        harness.now = Self.first
        try harness.settle()
        #expect(diary.all == ["service \(Self.first) "])
    }

    @Test func aWorkflowRunsForEachTick() throws {
        let diary = Diary()
        let workflow = ServiceDefinition(
            name: "Flow", kind: .workflow,
            handlers: [
                HandlerDefinition.suspending("run", WorkflowContext.init) { context in
                    try await context.sleep(for: .seconds(1))
                    diary.add(context.key.text)
                }.kind(.workflow)
            ])
        let harness = try SteppedHarness(
            [workflow], sink: ("Flow", "run"),
            schedules: [
                ScheduleDefinition(name: "s", timing: Self.quarter, service: "Flow", handler: "run", key: "{tick}")
            ])
        try harness.settle()
        for number in 0..<2 {
            harness.now = tick(number)
            try harness.settle()
            try harness.advance(byMilliseconds: 2_000)
        }
        #expect(diary.all == ["2023-11-14T22:15:00Z", "2023-11-14T22:30:00Z"])
    }

    @Test func aHandlerThatFailsIsTriedAgainAndTheScheduleGoesOn() throws {
        let diary = Diary()
        let object = Scripted.object { context, _ in
            diary.add("\((context.scheduleTick?.milliseconds ?? 0) - Self.first)")
            if diary.all.count == 1 { throw Failure() }
        }
        let harness = try SteppedHarness([object], schedules: [schedule()])
        try harness.settle()
        harness.now = Self.first
        try harness.settle()
        try harness.advance(byMilliseconds: 1_000)
        #expect(diary.all == ["0", "0"])
        try harness.advance(byMilliseconds: 15 * Self.minute)
        #expect(diary.all == ["0", "0", "900000"])
    }

    // MARK: Once

    /// Eight schedules for one key, so that ticks go to the shard that owns them and to others. The process dies after each
    /// turn and after each sync, once in each run, and keeps any number of the writes that were not synced.
    @Test(arguments: [CatchUpPolicy.none, .last, .all])
    func eachTickCountsOnceWhereverTheProcessDies(policy: CatchUpPolicy) throws {
        let names = (0..<8).map { "s\($0)" }
        let owners = Set(names.map { RecordRouter.shard(ofHash: InvocationNames.hash(Array($0.utf8)), shardCount: 4) })
        #expect(owners.count > 1)
        let expected = (0..<4).flatMap { number in names.map { _ in tick(number) } }
        var point = 0
        var crashed = true
        while crashed {
            crashed = false
            for keeping in 0...3 {
                let diary = Diary()
                let harness = try SteppedHarness(
                    services(diary), schedules: names.map { schedule($0, catchUp: policy) })
                try harness.settle()
                var at = 0
                func mayCrash() throws {
                    if at == point {
                        try harness.reopen(keeping: keeping)
                        crashed = true
                    }
                    at += 1
                }
                for number in 0..<4 {
                    harness.now = tick(number)
                    for _ in 0..<3 {
                        try harness.turn()
                        try mayCrash()
                        _ = try harness.engine.sync()
                        harness.engine.release(upTo: harness.engine.commits.durable)
                        try mayCrash()
                    }
                }
                try harness.settle()
                #expect(try ticks(harness).sorted() == expected, "point \(point), keeping \(keeping)")
                let fromOne = diary.all.filter { $0.hasPrefix("k s1 ") }
                #expect(Set(fromOne).count == 4)
            }
            point += 1
        }
        #expect(point == 25, "each point was tried")
    }

    /// The same with rows that are written back and read again from their family.
    @Test func positionsOutliveTheirBlocks() throws {
        let diary = Diary()
        let harness = try SteppedHarness(services(diary), schedules: [schedule(catchUp: .all)]) { options in
            options.ownShardLimits = ShardLimits(
                overlayBytes: 1, blockBytes: 1 << 20, overlayMilliseconds: 0, tableBytes: 1)
        }
        try harness.settle()
        for number in 0..<20 {
            harness.now = tick(number)
            try harness.settle()
            try harness.reopen()
            try harness.settle()
        }
        #expect(try ticks(harness) == (0..<20).map(tick))
    }

    /// A clock that is put back repeats no tick.
    @Test func aClockThatGoesBackRepeatsNothing() throws {
        let diary = Diary()
        let harness = try SteppedHarness(services(diary), schedules: [schedule()])
        try harness.settle()
        harness.now = tick(3)
        try harness.settle()
        harness.now = tick(0) - 1
        try harness.reopen()
        for number in 0...4 {
            harness.now = tick(number)
            try harness.settle()
        }
        #expect(try ticks(harness) == [tick(3), tick(4)])
        // Not even where the schedule is changed meanwhile.
        harness.now = tick(1)
        harness.schedules = [schedule("s", .every(milliseconds: 30 * Self.minute))]
        try harness.reopen()
        harness.now = tick(4)
        try harness.settle()
        #expect(try ticks(harness) == [tick(3), tick(4)])
    }

    // MARK: Ticks that were missed

    /// The process is down for the ticks 1 to 5, and starts ten minutes after the last of them.
    private func downtime(_ policy: CatchUpPolicy) throws -> SteppedHarness {
        let harness = try SteppedHarness(services(Diary()), schedules: [schedule(catchUp: policy)])
        try harness.settle()
        harness.now = tick(0)
        try harness.settle()
        harness.now = tick(5) + 10 * Self.minute
        try harness.reopen()
        try harness.settle()
        try harness.advance(byMilliseconds: 5 * Self.minute)
        return harness
    }

    private func missed(madeUp: Int) -> [ScheduleEvent.Kind] {
        [
            .new, .resumed,
            .missed(ScheduleEvent.Missed(first: tick(1), last: tick(5), count: 5, hasMore: false, madeUp: madeUp)),
        ]
    }

    @Test func byDefaultTheLastIsMadeUpFor() throws {
        let harness = try downtime(.last)
        #expect(try ticks(harness) == [tick(0), tick(5), tick(6)])
        #expect(kinds(harness) == missed(madeUp: 1))
        let statistics = try #require(harness.engine.statistics.schedules.first)
        #expect(statistics.fired == 2 && statistics.missed == 4)
    }

    @Test func noneIsMadeUpFor() throws {
        let harness = try downtime(.none)
        #expect(try ticks(harness) == [tick(0), tick(6)])
        #expect(kinds(harness) == missed(madeUp: 0))
        let statistics = try #require(harness.engine.statistics.schedules.first)
        #expect(statistics.fired == 1 && statistics.missed == 5)
    }

    @Test func allAreMadeUpForInOrder() throws {
        let harness = try downtime(.all)
        #expect(try ticks(harness) == (0...6).map(tick))
        #expect(kinds(harness) == missed(madeUp: 5))
        let statistics = try #require(harness.engine.statistics.schedules.first)
        #expect(statistics.fired == 6 && statistics.missed == 0)
    }

    /// A process that is up again within a minute is on time; a turn that comes late is not.
    @Test(arguments: [
        (CatchUpPolicy.none, Int64(0), true), (.none, 60_000, true), (.none, 60_001, false), (.last, 60_001, true),
    ])
    func aTickIsOnTimeForAMinute(policy: CatchUpPolicy, late: Int64, fires: Bool) throws {
        let harness = try SteppedHarness(services(Diary()), schedules: [schedule(catchUp: policy)])
        try harness.settle()
        harness.now = tick(0) + late
        try harness.settle()
        #expect(try ticks(harness) == (fires ? [tick(0)] : []))
        let isMissed = harness.observer.schedules.withLock { events in
            events.contains { if case .missed = $0.kind { true } else { false } }
        }
        #expect(isMissed == (late > 60_000))
    }

    /// What could not keep up: several ticks in one turn, of which the last is on time.
    @Test(arguments: [(CatchUpPolicy.none, [2]), (.last, [2]), (.all, [0, 1, 2])])
    func aTurnThatComesLateTakesSeveral(policy: CatchUpPolicy, numbers: [Int]) throws {
        let harness = try SteppedHarness(services(Diary()), schedules: [schedule(catchUp: policy)])
        try harness.settle()
        harness.now = tick(2)
        try harness.settle()
        #expect(try ticks(harness) == numbers.map(tick))
        #expect(
            kinds(harness).last
                == .missed(
                    ScheduleEvent.Missed(
                        first: tick(0), last: tick(1), count: 2, hasMore: false, madeUp: numbers.count - 1)))
    }

    @Test func aThousandAreMadeUpForAtMost() throws {
        let diary = Diary()
        let second = ScheduleTiming.every(milliseconds: 1000)
        let harness = try SteppedHarness(services(diary), schedules: [schedule("s", second, catchUp: .all)]) {
            // Fewer than there are ticks: the others are queued, in order.
            $0.limits.turnInvocations = 64
        }
        try harness.settle()
        try harness.reopen()
        harness.now += 86_400_000
        try harness.settle()
        let expected = (0..<1000).map { harness.now - Int64(999 - $0) * 1000 }
        #expect(try ticks(harness) == expected)
        guard case .missed(let missed) = kinds(harness).last else {
            Issue.record("nothing was told")
            return
        }
        #expect(missed.hasMore && missed.madeUp == 999)
    }

    // MARK: Changes

    @Test func anotherTimingFiresNoOldTicks() throws {
        let harness = try SteppedHarness(services(Diary()), schedules: [schedule(catchUp: .all)])
        try harness.settle()
        harness.now = tick(0)
        try harness.settle()
        harness.schedules = [schedule("s", .every(milliseconds: 5 * Self.minute), catchUp: .all)]
        harness.now = tick(2) + Self.minute
        try harness.reopen()
        try harness.settle()
        #expect(try ticks(harness) == [tick(0)])
        #expect(kinds(harness) == [.new, .changed])
        try harness.advance(byMilliseconds: 4 * Self.minute)
        #expect(try ticks(harness) == [tick(0), tick(2) + 5 * Self.minute])
        // Everything else may change without that.
        harness.schedules = [schedule("s", .every(milliseconds: 5 * Self.minute), key: "other", catchUp: .last)]
        harness.now = tick(3)
        try harness.reopen()
        try harness.settle()
        #expect(try ticks(harness, key: "other") == [tick(3)])
    }

    @Test func aScheduleThatIsTakenOutIsForgotten() throws {
        let harness = try SteppedHarness(services(Diary()), schedules: [schedule(catchUp: .all), schedule("other")])
        try harness.settle()
        harness.schedules = [schedule("other")]
        try harness.reopen()
        try harness.settle()
        #expect(kinds(harness).count { $0 == .removed } == 1)
        harness.schedules = [schedule(catchUp: .all), schedule("other")]
        harness.now = tick(3) + 1
        try harness.reopen()
        try harness.settle()
        #expect(kinds(harness).count { $0 == .new } == 3)
        #expect(try ticks(harness) == [tick(3)], "of the other one")
        #expect(kinds(harness).count { $0 == .removed } == 1)
    }

    // MARK: What cannot be

    @Test(arguments: [
        (ScheduleDefinition(name: "s", timing: quarter, service: "Objekt", handler: "run", key: "k"), "does not offer"),
        (ScheduleDefinition(name: "s", timing: quarter, service: "Object", handler: "run"), "'Object' has keys"),
        (
            ScheduleDefinition(name: "s", timing: quarter, service: "Service", handler: "run", key: "k"),
            "'Service' has no keys"
        ),
        (
            ScheduleDefinition(
                name: "s", timing: quarter, service: "Object", handler: "run",
                key: String(repeating: "k", count: 65_536) + "{tick}"), "it has 65556 bytes, and the limit is 65536"
        ),
        (
            ScheduleDefinition(
                name: String(repeating: "n", count: 256), timing: quarter, service: "Object", handler: "run", key: "k"),
            "the limit is 255"
        ),
        (
            ScheduleDefinition(name: "twice", timing: quarter, service: "Object", handler: "run", key: "k"),
            "two schedules"
        ),
    ])
    func whatCannotBeIsRefused(schedule: ScheduleDefinition, words: String) throws {
        let twice = self.schedule("twice")
        let error = try #require(throws: EngineError.self) {
            try SteppedHarness(services(Diary()), schedules: [twice, schedule])
        }
        #expect(error.description.contains(words), "\(error)")
    }
}

extension StateKey<[String]> { fileprivate static var ticks: Self { Self("ticks") } }
