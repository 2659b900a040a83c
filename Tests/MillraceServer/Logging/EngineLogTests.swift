import Millrace
import MillraceTelemetry
import Synchronization
import Testing

@testable import MillraceEngine
@testable import MillraceServer

/// What an operator reads.
@Suite struct EngineLogTests {
    private let handler = CollectingLogHandler()
    private let log: EngineLog
    private let time: Time

    /// Milliseconds that the test moves on.
    private final class Time: Sendable {
        let now = Mutex<Int64>(0)
    }

    init() {
        let time = Time()
        self.time = time
        log = EngineLog(Logger(label: "", level: .debug, handler: handler)) { time.now.withLock { $0 } }
    }

    private func lines() -> [String] { handler.entries.map { "\($0.level) \($0.label): \($0.message)" } }

    private func changed(_ status: SourceStatus) {
        log.sourceChanged(subscription: "orders", partition: ("topic", 3), status)
    }

    private func failure(key: String = "k1", attempts: Int = 1) -> FailureEvent {
        FailureEvent(
            service: "Order", handler: "placed", key: ObjectKey(key), source: "topic/3@17", attempts: attempts,
            error: "no such product")
    }

    @Test func tellsHowASubscriptionGetsOn() {
        changed(.running(from: 17))
        changed(.paused(reason: "1000000 records wait in the store"))
        changed(.running(from: 40))
        changed(.retrying(reason: "the topic does not exist"))
        changed(.stopped(reason: "offset 5 is gone"))
        #expect(
            lines() == [
                "info subscription: running from offset 17",
                "info subscription: paused because 1000000 records wait in the store",
                "info subscription: goes on at offset 40",
                "warning subscription: waiting and trying again: the topic does not exist",
                "error subscription: stopped until somebody looks at it: offset 5 is gone",
            ])
        #expect(
            handler.entries[0].metadata == [
                "subscription": "orders", "topic": "topic", "partition": 3, "offset": 17,
            ])
    }

    @Test func tellsOfAnErrorThatNobodyWaitsFor() {
        let id = InvocationID(keyHash: 1, dueMilliseconds: 0, originShard: 2, sequence: 3)
        func failed(_ key: String) -> TerminalFailureEvent {
            TerminalFailureEvent(
                invocation: id, service: "Order", handler: "charge", key: ObjectKey(key),
                error: TerminalError("card declined", code: 402))
        }
        log.invocationFailed(failed("k1"))
        log.invocationFailed(failed(""))
        let words = "ended with an error that nobody waits for, and is not tried again"
        #expect(
            lines() == [
                "warning handler: Order/charge \(words), for key 'k1'", "warning handler: Order/charge \(words)",
            ])
        #expect(handler.entries[0].metadata == ["invocation": .string("\(id)"), "code": 402, "error": "card declined"])
        for _ in 0..<10 { log.invocationFailed(failed("k1")) }
        #expect(lines().count == 3)
        time.now.withLock { $0 = 10_000 }
        log.tick()
        #expect(lines().last == "warning handler: Order/charge ended with an error: 9 more in the last 10 s")
    }

    @Test func tellsOfTheWholeSubscriptionWhereThereIsNoPartitionYet() {
        log.sourceChanged(subscription: "orders", partition: nil, .retrying(reason: "the topic does not exist"))
        #expect(
            lines() == ["warning subscription: waiting and trying again: the topic does not exist"])
    }

    @Test func aSubscriptionAsAWholeHasNoOffset() {
        log.sourceChanged(subscription: "orders", partition: nil, .running(from: 3))
        #expect(handler.entries.isEmpty)
        log.sourceChanged(subscription: "orders", partition: nil, .retrying(reason: "the broker is away"))
        log.sourceChanged(subscription: "orders", partition: nil, .running(from: 3))
        #expect(lines().last == "info subscription: goes on")
        #expect(handler.entries.last?.metadata == ["subscription": "orders"])
    }

    @Test func tellsOfFailuresWithTheRecordAndTheReason() {
        log.invocationRetrying(failure(), pauseMilliseconds: 500)
        log.keyParked(failure(attempts: 20))
        log.recordSkipped(failure(attempts: 1))
        #expect(
            lines() == [
                "warning handler: Order/placed failed for key 'k1', and is tried again in 500 ms",
                "error handler: key 'k1' of Order is parked because Order/placed failed 20 times: what comes for it waits, "
                    + "other keys go on",
                "warning handler: a record for key 'k1' is skipped because Order/placed failed once",
            ])
        #expect(
            handler.entries[1].metadata == [
                "record": "topic/3@17", "attempts": 20, "error": "no such product",
            ])
    }

    // MARK: Schedules

    private func schedule(_ kind: ScheduleEvent.Kind, next: Int64? = 1_777_680_000_000) {
        log.schedule(ScheduleEvent(schedule: "nightly", kind: kind, nextMilliseconds: next))
    }

    private func missed(_ count: Int, madeUp: Int, hasMore: Bool = false) -> ScheduleEvent.Kind {
        .missed(
            ScheduleEvent.Missed(
                first: 1_777_593_600_000, last: 1_777_593_600_000 + Int64(count - 1) * 3_600_000, count: count,
                hasMore: hasMore, madeUp: madeUp))
    }

    @Test func tellsOfSchedules() {
        schedule(.new)
        schedule(.resumed)
        schedule(.changed)
        schedule(.resumed, next: nil)
        schedule(.removed, next: nil)
        #expect(
            lines() == [
                "info schedule: runs for the first time; the next tick is at 2026-05-02T00:00:00Z",
                "info schedule: goes on; the next tick is at 2026-05-02T00:00:00Z",
                "notice schedule: ticks at other times than before; the next tick is at 2026-05-02T00:00:00Z, and earlier "
                    + "ones are left out",
                "info schedule: goes on; it never ticks again",
                "notice schedule: is not configured any more, and is forgotten",
            ])
        #expect(handler.entries[0].metadata == ["schedule": "nightly"])
    }

    @Test(arguments: [
        (1, 0, false, "missed the tick of 2026-05-01T00:00:00Z, left out as 'catchUp' says"),
        (1, 1, false, "missed the tick of 2026-05-01T00:00:00Z, made up for now"),
        (3, 0, false, "missed 3 ticks from 2026-05-01T00:00:00Z to 2026-05-01T02:00:00Z, left out as 'catchUp' says"),
        (
            3, 1, false,
            "missed 3 ticks from 2026-05-01T00:00:00Z to 2026-05-01T02:00:00Z; the last one is made up for now"
        ),
        (3, 3, false, "missed 3 ticks from 2026-05-01T00:00:00Z to 2026-05-01T02:00:00Z, made up for now"),
        (
            3, 2, true,
            "missed more than 3 ticks from 2026-05-01T00:00:00Z to 2026-05-01T02:00:00Z; the last 2 are made up for now"
        ),
    ])
    func tellsOfTicksThatWereMissed(count: Int, madeUp: Int, hasMore: Bool, words: String) {
        schedule(missed(count, madeUp: madeUp, hasMore: hasMore))
        #expect(lines() == ["warning schedule: \(words)"])
    }

    @Test func aScheduleThatKeepsMissingTicksMakesAFewLines() {
        for _ in 0..<1000 { schedule(missed(1, madeUp: 1)) }
        #expect(handler.entries.count == 3)
        time.now.withLock { $0 = 10_000 }
        log.tick()
        #expect(handler.messages.last == "schedule 'nightly' missed ticks: 997 more times in the last 10 s")
    }

    // MARK: Handlers

    @Test func tellsOfAHandlerThatHoldsItsThread() {
        func tell(_ milliseconds: Int64, _ phase: BlockedHandlerEvent.Phase, _ handler: String? = "Order/placed") {
            log.handlerBlocked(
                BlockedHandlerEvent(handler: handler, thread: 1, milliseconds: milliseconds, phase: phase))
        }
        tell(1_000, .began)
        tell(2_000, .goesOn)
        tell(2_500, .ended)
        tell(1_250, .ended, nil)
        #expect(
            lines() == [
                "warning handler: Order/placed has held its thread for 1 s: all keys of that thread wait. A handler must "
                    + "not block; await instead, or give long work to a thread of your own",
                "warning handler: Order/placed has held its thread for 2 s, and still does",
                "notice handler: Order/placed has let its thread go after 2.5 s",
                "notice handler: a handler that went on after an await of its own has let its thread go after 1.2 s",
            ])
        #expect(handler.entries[0].metadata == ["thread": 1])
        for _ in 0..<1_000 { tell(1_000, .began) }
        #expect(handler.entries.count == 7)
    }

    @Test func aLongKeyIsShortened() {
        log.keyParked(failure(key: String(repeating: "x", count: 1000)))
        #expect(handler.messages[0].hasPrefix("key '" + String(repeating: "x", count: 100) + "…' of Order is parked"))
    }

    @Test func aHandlerThatFailsAHundredThousandTimesMakesAFewLines() {
        for _ in 0..<100_000 { log.invocationRetrying(failure(), pauseMilliseconds: 500) }
        #expect(handler.entries.count == 3)
        log.tick()
        #expect(handler.entries.count == 3)
        time.now.withLock { $0 = 10_000 }
        log.tick()
        #expect(handler.messages.last == "Order/placed failed: 99997 more in the last 10 s")
        log.invocationRetrying(failure(), pauseMilliseconds: 500)
        #expect(handler.entries.count == 5)
    }

    @Test func whatWasHeldBackIsToldAtTheEnd() {
        for number in 0..<5 { log.keyParked(failure(key: "k\(number)")) }
        time.now.withLock { $0 = 1500 }
        log.tick()
        #expect(handler.entries.count == 3)
        log.tick(isLast: true)
        #expect(handler.messages.last == "keys of Order parked: 2 more in the last 1 s")
    }

    @Test func aFullDiskIsToldOnceAndItsEndToo() {
        for _ in 0..<3 { log.storageBlocked(StoreFailure(message: "no room")) }
        for _ in 0..<3 { log.storageUnblocked() }
        log.storageBlocked(StoreFailure(message: "no room again"))
        log.storageFailed(StoreFailure(message: "it is gone"))
        #expect(
            lines() == [
                "error storage: no room", "notice storage: there is room on the disk again; work goes on",
                "error storage: no room again",
                "critical storage: the storage failed, nothing more is done: it is gone",
            ])
    }

    @Test(arguments: [
        (0, "0 ms"), (999, "999 ms"), (1000, "1 s"), (1500, "1.5 s"), (60_000, "60 s"), (119_999, "119.9 s"),
        (120_000, "2 min"), (3_600_000, "60 min"),
    ])
    func durationsAreReadable(milliseconds: Int64, words: String) {
        #expect(EngineLog.words(milliseconds) == words)
    }
}
