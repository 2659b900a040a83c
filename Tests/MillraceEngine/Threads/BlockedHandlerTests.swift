import Millrace
import MillraceStore
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// Handlers that hold their thread are noticed from outside of it.
@Suite(.timeLimit(.minutes(5))) struct BlockedHandlerTests {
    private static let services = [
        Scripted.object("Fast") { _, _ in }, Scripted.object("Slow") { _, _ in },
    ]

    private func watch(_ threads: [RunningHandler]) throws -> BlockedHandlerWatch {
        BlockedHandlerWatch(threads, services: try ServiceTable(Self.services), limitMilliseconds: 1_000, now: 0)
    }

    private func event(_ handler: String?, _ milliseconds: Int64, _ phase: BlockedHandlerEvent.Phase, thread: Int = 0)
        -> BlockedHandlerEvent
    {
        BlockedHandlerEvent(handler: handler, thread: thread, milliseconds: milliseconds, phase: phase)
    }

    @Test func tellsWhichHandlerAndForHowLongWithGrowingPauses() throws {
        let running = RunningHandler()
        var watch = try watch([running])
        running.enter(1)
        var told: [BlockedHandlerEvent] = []
        for now in stride(from: Int64(250), through: 200_250, by: 250) { told += watch.look(now: now) }
        #expect(
            told.map(\.milliseconds) == [
                1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 124_000, 184_000,
            ])
        #expect(told.first == event("Slow/run", 1_000, .began))
        #expect(told.dropFirst().allSatisfy { $0.phase == .goesOn && $0.handler == "Slow/run" })
        #expect(watch.blockedThreads == 1)
        running.leave()
        #expect(watch.look(now: 200_500) == [event("Slow/run", 200_250, .ended)])
        #expect(watch.blockedThreads == 0)
        #expect(watch.look(now: 400_000) == [])
    }

    @Test func manyShortInvocationsOfOneHandlerAreNotOneLongOne() throws {
        let running = RunningHandler()
        var watch = try watch([running])
        for now in stride(from: Int64(0), to: 60_000, by: 250) {
            running.enter(0)
            #expect(watch.look(now: now) == [])
        }
    }

    @Test func aThreadThatIsInNoHandlerIsNotBlocked() throws {
        let running = RunningHandler()
        var watch = try watch([running])
        running.enter(0)
        running.leave()
        #expect(watch.look(now: 10) == [])
        #expect(watch.look(now: 3_600_000) == [])
    }

    @Test func eachThreadIsWatchedByItself() throws {
        let threads = [RunningHandler(), RunningHandler()]
        var watch = try watch(threads)
        threads[1].enter(0)
        #expect(watch.look(now: 100) == [])
        threads[0].enterUnknown()
        #expect(watch.look(now: 600) == [])
        #expect(watch.look(now: 1_100) == [event("Fast/run", 1_000, .began, thread: 1)])
        #expect(watch.look(now: 1_600) == [event(nil, 1_000, .began)])
        #expect(watch.blockedThreads == 2)
        threads[1].enter(1)
        #expect(watch.look(now: 1_700) == [event("Fast/run", 1_600, .ended, thread: 1)])
        #expect(watch.blockedThreads == 1)
    }

    /// More handlers than the word has room for are watched, without a name.
    @Test func aHandlerBeyondTheWordsRangeHasNoName() {
        let running = RunningHandler()
        running.enter(1 << 20)
        #expect(running.now.isInHandler)
        #expect(running.now.handler == nil)
        running.enter(65_533)
        #expect(running.now.handler == 65_533)
    }

    /// On real threads: the handler waits, on its thread, until it has been reported.
    @Test(arguments: [false, true]) func aRunningEngineReportsIt(afterAwait: Bool) throws {
        let told = Told()
        let name = afterAwait ? nil : "Object/run"
        let service = Scripted.waitingObject { _, _ in
            if afterAwait { await told.hold() }
            told.waitForBegin(of: name)
        }
        var options = EngineOptions()
        options.blockedAfterMilliseconds = 20
        let engine = try Engine(
            options: options, services: [service],
            subscriptions: [
                SubscriptionDefinition(name: "test", service: "Object", handler: "run", key: .record)
            ], sinks: [], disk: SimulatedDisk(), clock: SystemClock(), observer: told)
        let durable = Signal()
        engine.onDurable { _ in durable.raise() }
        try engine.start(sources: [])
        try engine.desk.invoke(HandlerTarget(service: "Object", handler: "run", key: Array("k".utf8)), payload: [])
        if afterAwait {
            // Resumed before it has been found waiting, it would go on as if it had not waited.
            while engine.statistics.waitingInvocations == 0 { durable.wait() }
            told.release()
        }
        let ended = told.waitForEnd(of: name)
        engine.stop(sources: [])
        #expect(told.events.contains { $0.phase == .began && $0.handler == name })
        #expect(ended.milliseconds >= 20)
        // A busy machine may hold up others, too.
        #expect(engine.statistics.blockedHandlers >= 1)
        #expect(engine.statistics.blockedThreads == 0)
    }
}

/// Lets a handler wait until it is told of, and the test until that is over.
private final class Told: EngineObserver {
    private let seen = Mutex<[BlockedHandlerEvent]>([])
    private let began = Signal()
    private let ended = Signal()
    private let holding = Mutex<CheckedContinuation<Void, Never>?>(nil)

    var events: [BlockedHandlerEvent] { seen.withLock { $0 } }
    func waitForBegin(of handler: String?) {
        while !events.contains(where: { $0.phase == .began && $0.handler == handler }) { began.wait() }
    }

    /// Waits for something that is not the context's.
    func hold() async {
        await withCheckedContinuation { continuation in
            holding.withLock { $0 = continuation }
        }
    }

    func release() { holding.withLock { $0 }?.resume() }

    func waitForEnd(of handler: String?) -> BlockedHandlerEvent {
        while true {
            if let event = events.first(where: { $0.phase == .ended && $0.handler == handler }) { return event }
            ended.wait()
        }
    }

    func handlerBlocked(_ event: BlockedHandlerEvent) {
        seen.withLock { $0.append(event) }
        if event.phase == .began { began.raise() }
        if event.phase == .ended { ended.raise() }
    }

    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {}
    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) {}
    func keyParked(_ event: FailureEvent) {}
    func recordSkipped(_ event: FailureEvent) {}
    func warning(_ message: String) {}
    func storageBlocked(_ error: StoreFailure) {}
    func storageUnblocked() {}
    func storageFailed(_ error: StoreFailure) {}
}
