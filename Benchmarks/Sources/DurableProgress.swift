import Millrace
import Synchronization

/// What handlers that wait have come to, for the benchmark that drives them.
final class DurableProgress: Sendable {
    private let done = Atomic<Int>(0)
    private let ids = Mutex<[InvocationID]>([])
    private let replay = Mutex<(begin: Int64, last: Int64)>((0, 0))

    var count: Int { done.load(ordering: .relaxed) }
    func add() { done.add(1, ordering: .relaxed) }

    /// The invocations that have begun.
    var started: [InvocationID] { ids.withLock { $0 } }
    var startedCount: Int { ids.withLock { $0.count } }
    func started(_ id: InvocationID) { ids.withLock { $0.append(id) } }

    func replayBegins() { replay.withLock { $0.begin = monotonicNanoseconds() } }
    func replayEnds() { replay.withLock { $0.last = monotonicNanoseconds() - $0.begin } }
    /// How long the last handler took from its start to the end of its journal, in milliseconds.
    var replayMilliseconds: Double { Double(replay.withLock { $0.last }) / 1e6 }
}
