import Millrace
import Synchronization

/// Requests from outside the shards that wait for their result: each is answered once, when the commit that decided the
/// result is durable.
final class Requests: Sendable {
    private struct State {
        var last: UInt64 = 0
        var waiting: [UInt64: @Sendable (DurableResult) -> Void] = [:]
        var held: [(commit: UInt64, reply: Reply)] = []
    }

    private let state = Mutex(State())

    /// Begins with numbers that no process before this one can have stored: an invocation that it accepted for somebody who was
    /// waiting then would answer somebody else now.
    ///
    /// - Parameter batches: how many batches all shards have ended, over all lives. A process that stores a number ends a batch, and
    ///   takes far fewer requests before that than are left for it here.
    func begin(after batches: UInt64) { state.withLock { $0.last = batches << 24 } }

    /// Registers a request, and returns its number.
    func add(_ answer: @escaping @Sendable (DurableResult) -> Void) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.waiting[state.last] = answer
            return state.last
        }
    }

    func hold(_ replies: [Reply], until commit: UInt64) {
        state.withLock { state in
            for reply in replies where state.waiting[reply.request] != nil { state.held.append((commit, reply)) }
        }
    }

    /// Answers what is durable, in the order in which it was decided.
    func release(upTo commit: UInt64) {
        let free = state.withLock { state -> [(@Sendable (DurableResult) -> Void, DurableResult)] in
            guard !state.held.isEmpty else { return [] }
            var free: [(@Sendable (DurableResult) -> Void, DurableResult)] = []
            state.held.removeAll { entry in
                guard entry.commit <= commit else { return false }
                if let answer = state.waiting.removeValue(forKey: entry.reply.request) {
                    free.append((answer, entry.reply.result))
                }
                return true
            }
            return free
        }
        for (answer, result) in free { answer(result) }
    }

    /// Whether nothing waits to be told. Requests without a result do not count.
    var isEmpty: Bool { state.withLock { $0.held.isEmpty } }
}
