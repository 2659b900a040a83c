import Synchronization

/// Holds what is to leave until its commit is durable.
final class Outlets: Sendable {
    private let sinks: [any RecordSink]
    private let held = Mutex<[(sink: Int, batch: OutboundBatch)]>([])

    init(sinks: [any RecordSink]) { self.sinks = sinks }

    /// Holds a batch back. Batches of one shard come in the order of their commits.
    func hold(_ batch: OutboundBatch, for sink: Int) { held.withLock { $0.append((sink, batch)) } }

    /// Lets everything go that is durable, in the order in which it came.
    func release(upTo commit: UInt64) {
        let free = held.withLock { held in
            var free: [(sink: Int, batch: OutboundBatch)] = []
            if held.allSatisfy({ $0.batch.commit <= commit }) {
                swap(&free, &held)
                return free
            }
            var kept: [(sink: Int, batch: OutboundBatch)] = []
            for entry in held {
                if entry.batch.commit <= commit { free.append(entry) } else { kept.append(entry) }
            }
            held = kept
            return free
        }
        for (sink, batch) in free { sinks[sink].send(batch) }
    }

    var isEmpty: Bool { held.withLock { $0.isEmpty } }
}
