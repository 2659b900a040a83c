import Millrace
import MillraceEngine
import MillraceSchedule
import MillraceTelemetry
import Synchronization

/// Puts what the engine tells into lines for an operator.
final class EngineLog: EngineObserver {
    private let subscriptions: Logger
    private let handlers: Logger
    private let storage: Logger
    private let schedules: Logger
    private let now: @Sendable () -> Int64
    private let failures = LogThrottle(burst: 3)
    private let statuses = LogThrottle(burst: 5)
    private let missedTicks = LogThrottle(burst: 3)
    private let blocked = LogThrottle(burst: 6)
    /// How each partition was, to tell going on from beginning.
    private let wasHeld = Mutex<Set<String>>([])
    private let isBlocked = Mutex(false)

    /// - Parameter now: milliseconds, for the windows in which repeated lines are held back.
    init(_ logger: Logger, now: @escaping @Sendable () -> Int64 = { SystemClock().nowMilliseconds }) {
        subscriptions = logger.labelled("subscription")
        handlers = logger.labelled("handler")
        storage = logger.labelled("storage")
        schedules = logger.labelled("schedule")
        self.now = now
    }

    /// Writes what was held back; to be called about once a second, and once more at the end.
    func tick(isLast: Bool = false) {
        for summary in failures.endWindows(now: now(), all: isLast) + blocked.endWindows(now: now(), all: isLast) {
            handlers.warning(
                "\(summary.kind): \(summary.count) more in the last \(summary.seconds) s",
                metadata: ["last": .string(summary.last)])
        }
        for summary in missedTicks.endWindows(now: now(), all: isLast) {
            schedules.warning(
                "\(summary.kind): \(summary.count) more times in the last \(summary.seconds) s",
                metadata: ["last": .string(summary.last)])
        }
        for summary in statuses.endWindows(now: now(), all: isLast) {
            subscriptions.info(
                "\(summary.kind): \(summary.count) more changes in the last \(summary.seconds) s",
                metadata: ["last": .string(summary.last)])
        }
    }

    // MARK: Sources

    func sourceChanged(subscription: String, partition: (topic: String, partition: Int32)?, _ status: SourceStatus) {
        let place = partition.map { "\($0.topic)/\($0.partition)" }
        let name = "subscription '\(subscription)'" + (place.map { ", \($0)" } ?? "")
        let wasHeld = wasHeld.withLock { $0.contains(name) }
        let (level, words, isHeld) = words(status, wasHeld: wasHeld)
        self.wasHeld.withLock { if isHeld { $0.insert(name) } else { $0.remove(name) } }
        // That it begins, each partition tells by itself.
        if partition == nil, case .running = status, !wasHeld { return }
        guard statuses.admits(name, now: now(), last: words) else { return }
        var metadata: LogMetadata = ["subscription": .string(subscription)]
        if let partition {
            metadata["topic"] = .string(partition.topic)
            metadata["partition"] = .integer(Int(partition.partition))
        }
        if case .running(let offset) = status {
            // A subscription as a whole has no offset.
            guard partition != nil else { return subscriptions.log(level, "goes on", metadata: metadata) }
            metadata["offset"] = .integer(Int(offset))
        }
        subscriptions.log(level, words, metadata: metadata)
    }

    private func words(_ status: SourceStatus, wasHeld: Bool) -> (LogLevel, String, isHeld: Bool) {
        switch status {
        case .starting: (.debug, "starting", wasHeld)
        case .running(let offset):
            wasHeld ? (.info, "goes on at offset \(offset)", false) : (.info, "running from offset \(offset)", false)
        case .paused(let reason): (.info, "paused because \(reason)", true)
        case .retrying(let reason): (.warning, "waiting and trying again: \(reason)", true)
        case .stopped(let reason): (.error, "stopped until somebody looks at it: \(reason)", true)
        case .finished: (.info, "read to its end", false)
        }
    }

    // MARK: Schedules

    func schedule(_ event: ScheduleEvent) {
        let next =
            event.nextMilliseconds.map { "the next tick is at \(TickText.text(ofMilliseconds: $0))" }
            ?? "it never ticks again"
        let metadata: LogMetadata = ["schedule": .string(event.schedule)]
        switch event.kind {
        case .new: schedules.info("runs for the first time; \(next)", metadata: metadata)
        case .resumed: schedules.info("goes on; \(next)", metadata: metadata)
        case .changed:
            schedules.notice(
                "ticks at other times than before; \(next), and earlier ones are left out", metadata: metadata)
        case .removed: schedules.notice("is not configured any more, and is forgotten", metadata: metadata)
        case .missed(let missed):
            let words = Self.words(missed)
            guard missedTicks.admits("schedule '\(event.schedule)' missed ticks", now: now(), last: words) else {
                return
            }
            schedules.warning(words, metadata: metadata)
        }
    }

    private static func words(_ missed: ScheduleEvent.Missed) -> String {
        let first = TickText.text(ofMilliseconds: missed.first)
        let last = TickText.text(ofMilliseconds: missed.last)
        let number = (missed.hasMore ? "more than " : "") + "\(missed.count)"
        let what = missed.count == 1 ? "missed the tick of \(first)" : "missed \(number) ticks from \(first) to \(last)"
        return switch missed.madeUp {
        case 0: "\(what), left out as 'catchUp' says"
        case missed.count where !missed.hasMore: "\(what), made up for now"
        case 1: "\(what); the last one is made up for now"
        default: "\(what); the last \(missed.madeUp) are made up for now"
        }
    }

    // MARK: Handlers

    func invocationRetrying(_ event: FailureEvent, pauseMilliseconds: Int64) {
        let name = "\(event.service)/\(event.handler)"
        guard failures.admits("\(name) failed", now: now(), last: event.error) else { return }
        handlers.warning(
            "\(name) failed for key \(shown(event.key)), and is tried again in \(Self.words(pauseMilliseconds))",
            metadata: metadata(event))
    }

    func keyParked(_ event: FailureEvent) {
        let name = "\(event.service)/\(event.handler)"
        guard failures.admits("keys of \(event.service) parked", now: now(), last: event.error) else { return }
        handlers.error(
            "key \(shown(event.key)) of \(event.service) is parked because \(name) failed \(Self.times(event.attempts)): "
                + "what comes for it waits, other keys go on",
            metadata: metadata(event))
    }

    func recordSkipped(_ event: FailureEvent) {
        let name = "\(event.service)/\(event.handler)"
        guard failures.admits("records for \(name) skipped", now: now(), last: event.error) else { return }
        handlers.warning(
            "a record for key \(shown(event.key)) is skipped because \(name) failed \(Self.times(event.attempts))",
            metadata: metadata(event))
    }

    func invocationFailed(_ event: TerminalFailureEvent) {
        let name = "\(event.service)/\(event.handler)"
        guard failures.admits("\(name) ended with an error", now: now(), last: event.error.message) else { return }
        let key = event.key.bytes.isEmpty ? "" : ", for key \(shown(event.key))"
        handlers.warning(
            "\(name) ended with an error that nobody waits for, and is not tried again\(key)",
            metadata: [
                "invocation": .string("\(event.invocation)"), "code": .integer(Int(event.error.code)),
                "error": .string(event.error.message),
            ])
    }

    func handlerBlocked(_ event: BlockedHandlerEvent) {
        let name = event.handler ?? "a handler that went on after an await of its own"
        let time = Self.words(event.milliseconds)
        let words =
            switch event.phase {
            case .began:
                "\(name) has held its thread for \(time): all keys of that thread wait. A handler must not block; "
                    + "await instead, or give long work to a thread of your own"
            case .goesOn: "\(name) has held its thread for \(time), and still does"
            case .ended: "\(name) has let its thread go after \(time)"
            }
        guard blocked.admits("\(name) held its thread", now: now(), last: words) else { return }
        handlers.log(event.phase == .ended ? .notice : .warning, words, metadata: ["thread": .integer(event.thread)])
    }

    func warning(_ message: String) {
        guard failures.admits("warnings", now: now(), last: message) else { return }
        handlers.warning(message)
    }

    private func metadata(_ event: FailureEvent) -> LogMetadata {
        var metadata = LogMetadata()
        if let source = event.source { metadata["record"] = .string(source) }
        metadata["attempts"] = .integer(event.attempts)
        metadata["error"] = .string(event.error)
        return metadata
    }

    /// A key in quotes, shortened.
    private func shown(_ key: ObjectKey) -> String {
        let text = key.description
        return "'\(text.prefix(100))\(text.count > 100 ? "…" : "")'"
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    static func words(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<120_000: milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(Double(milliseconds / 100) / 10) s"
        default: "\(milliseconds / 60_000) min"
        }
    }

    // MARK: Storage

    func storageBlocked(_ error: StoreFailure) {
        // Each thread that commits tells.
        let isNew = isBlocked.withLock { blocked in
            defer { blocked = true }
            return !blocked
        }
        if isNew { storage.error(error.message) }
    }

    func storageUnblocked() {
        let wasBlocked = isBlocked.withLock { blocked in
            defer { blocked = false }
            return blocked
        }
        if wasBlocked { storage.notice("there is room on the disk again; work goes on") }
    }

    func storageFailed(_ error: StoreFailure) {
        storage.critical("the storage failed, nothing more is done: \(error.message)")
    }
}
