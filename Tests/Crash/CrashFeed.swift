import Foundation
import MillraceEngine
import Synchronization

/// Writes records to the topics, in the background, while a process works on them.
final class CrashFeed: Sendable {
    private struct State: Sendable {
        var load: CrashLoad
        var isRunning = false
        var isStopping = false
        var failure: String?
    }

    struct Failed: Error, CustomStringConvertible { let description: String }

    /// How many records a topic gets at once, and how often in a round at most.
    private static let chunk = 100
    private static let chunks = 12

    private let state: Mutex<State>
    private let broker: CrashBroker
    private let changed = Signal()

    init(_ load: CrashLoad, _ broker: CrashBroker) {
        state = Mutex(State(load: load))
        self.broker = broker
    }

    func start() {
        state.withLock { $0.isRunning = true }
        Thread {
            for _ in 0..<Self.chunks where !self.state.withLock({ $0.isStopping || $0.failure != nil }) { self.feed() }
            self.state.withLock { $0.isRunning = false }
            self.changed.raise()
        }.start()
    }

    private func feed() {
        for topic in CrashLoad.topics.keys.sorted() {
            let records = state.withLock { state in (0..<Self.chunk).map { _ in state.load.next(topic: topic) } }
            do { try broker.produce(records, to: topic) } catch {
                state.withLock { $0.failure = "\(error)" }
            }
        }
    }

    /// Returns when nothing more is written.
    func stop() {
        state.withLock { $0.isStopping = true }
        while state.withLock({ $0.isRunning }) { changed.wait(timeoutMilliseconds: 1000) }
        state.withLock { $0.isStopping = false }
    }

    /// What must come of all that was written.
    func expectation() throws -> CrashLoad.Expectation {
        try state.withLock { state in
            if let failure = state.failure { throw Failed(description: failure) }
            return state.load.expectation
        }
    }
}
