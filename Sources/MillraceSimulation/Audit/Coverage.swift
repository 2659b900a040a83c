/// What has happened in simulated runs, and how often: a simulator that never does what it is meant to check checks nothing.
package struct Coverage: Sendable {
    package enum Event: String, CaseIterable, Sendable {
        // What the world does.
        case crashBeforeWrite, crashAfterWrite, crashBeforeSync, crashAfterSync, crashBetweenSteps, crashAfterOpening
        case crashInWriteBack, cleanStop, diskFull, writeBack
        // What handlers do.
        case step, stepFailed, stepExhausted, stepTerminal, stepWaits, stepBeside, stepGivenUp, sleep, state, draw, gate
        case stateLasted, stateExpired
        case call, callFailed, callTimedOut, chain, deadlock, ring, send, sendDelayed, attach, output
        case awakeableResolved, awakeableRejected, signalResolved, signalRejected, completedByCommand
        case race, any, all, allSettled
        case promiseGet, promisePeek, promiseResolve, promiseReject, promiseConflict
        case failedAttempt, replay, replayAfterCrash, released
        // What others do with invocations.
        case requestAnswered, requestRepeated, workflowAgain, queried
        case cancelRunning, cancelBeforeStart, kill, pause, resume, restart, purge, exhaustedParked, exhaustedKilled
        case journalKept, journalGone, journalBeforeResult
    }

    private var counts: [Event: Int] = [:]

    package subscript(event: Event) -> Int { counts[event] ?? 0 }

    mutating func note(_ event: Event) { counts[event, default: 0] += 1 }

    mutating func add(_ other: Coverage) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// What never happened.
    package var missing: [Event] { Event.allCases.filter { self[$0] == 0 } }

    package var description: String { Event.allCases.map { "\($0.rawValue) \(self[$0])" }.joined(separator: ", ") }
}
