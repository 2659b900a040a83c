/// Notices handlers that hold their thread for too long: that sleep, wait for a lock, or compute without end.
///
/// It looks now and then at what each thread of shards runs. It has no clock and no thread: whoever owns it says what time it is.
struct BlockedHandlerWatch {
    private struct Watched {
        let running: RunningHandler
        var moment: RunningHandler.Moment
        /// When it was seen first.
        var since: Int64
        /// After how long it is told, or told again.
        var nextReport: Int64
        var isBlocked = false
    }

    /// How much later than the last time it is told again that a handler still holds its thread, at the most.
    private static let longestPause: Int64 = 60_000
    private let limit: Int64
    private let services: ServiceTable
    private var threads: [Watched]

    /// - Parameter limitMilliseconds: how long a handler may hold its thread.
    init(_ threads: [RunningHandler], services: ServiceTable, limitMilliseconds limit: Int64, now: Int64) {
        self.limit = max(1, limit)
        self.services = services
        self.threads = threads.map {
            Watched(running: $0, moment: $0.now, since: now, nextReport: max(1, limit))
        }
    }

    /// How often to look: a handler that holds its thread is told of a quarter of the limit late at the most.
    var pauseMilliseconds: Int { Int(clamping: max(1, limit / 4)) }

    /// How many threads are held.
    var blockedThreads: Int { threads.count { $0.isBlocked } }

    /// Looks at all threads, and returns what there is to tell.
    mutating func look(now: Int64) -> [BlockedHandlerEvent] {
        var events: [BlockedHandlerEvent] = []
        for at in threads.indices {
            let moment = threads[at].running.now
            let elapsed = now - threads[at].since
            guard moment == threads[at].moment else {
                if threads[at].isBlocked {
                    events.append(event(thread: at, threads[at].moment, elapsed, .ended))
                }
                threads[at].moment = moment
                threads[at].since = now
                threads[at].nextReport = limit
                threads[at].isBlocked = false
                continue
            }
            guard moment.isInHandler, elapsed >= threads[at].nextReport else { continue }
            events.append(event(thread: at, moment, elapsed, threads[at].isBlocked ? .goesOn : .began))
            threads[at].isBlocked = true
            threads[at].nextReport = elapsed + min(elapsed, Self.longestPause)
        }
        return events
    }

    private func event(
        thread: Int, _ moment: RunningHandler.Moment, _ elapsed: Int64, _ phase: BlockedHandlerEvent.Phase
    ) -> BlockedHandlerEvent {
        let handler = moment.handler.flatMap { services.handlers.indices.contains($0) ? services.handlers[$0] : nil }
        return BlockedHandlerEvent(
            handler: handler.map { "\($0.service)/\($0.name)" }, thread: thread, milliseconds: elapsed, phase: phase)
    }
}

/// A handler holds the thread that runs it, and with it all keys of that thread's shards.
package struct BlockedHandlerEvent: Sendable, Equatable {
    package enum Phase: Sendable {
        /// It has held it for longer than it may.
        case began
        /// It still does.
        case goesOn
        /// It has let it go.
        case ended
    }

    /// `service/handler`; `nil` where a handler went on after an `await` of its own, and it cannot be known which one.
    package let handler: String?
    /// Which of the threads of shards, from 0 on.
    package let thread: Int
    /// For how long, about.
    package let milliseconds: Int64
    package let phase: Phase

    package init(handler: String?, thread: Int, milliseconds: Int64, phase: Phase) {
        self.handler = handler
        self.thread = thread
        self.milliseconds = milliseconds
        self.phase = phase
    }
}
