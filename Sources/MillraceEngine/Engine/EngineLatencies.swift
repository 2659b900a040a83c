import Glibc
package import MillraceTelemetry
import Synchronization

/// How long things take, for metrics. Measured once a batch, never once a record; a batch's records all count.
package final class EngineLatencies: Sendable {
    /// From a batch's delivery by its source to the commit of what its records decided, in seconds.
    package let committed = Histogram()
    /// From a batch's delivery by its source until what its records decided is durable, in seconds.
    package let durable = Histogram()
    /// From the commit that decided an emitted record to its acknowledgement by the sink, in seconds.
    package let acknowledged = Histogram()
    /// One sync of the write-ahead log, in seconds.
    package let sync = Histogram()

    /// Batches that are committed and not durable yet.
    private let pending = Mutex<[(commit: UInt64, deliveredAt: UInt64, records: Int)]>([])
    /// Above this the latency until durable is not measured: nothing becomes durable, and the process waits for that.
    private static let maxPending = 65_536

    /// Nanoseconds of a clock that never goes back.
    static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Learns that a batch's records have been committed, as part of that commit or an earlier one.
    func didCommit(_ batch: RecordBatch, records: Int, commit: UInt64, now: UInt64) {
        guard records > 0, batch.deliveredAt > 0 else { return }
        committed.record(Self.seconds(from: batch.deliveredAt, to: now), count: records)
        pending.withLock { pending in
            if pending.count < Self.maxPending { pending.append((commit, batch.deliveredAt, records)) }
        }
    }

    /// Learns that everything up to a commit is durable.
    func becameDurable(upTo commit: UInt64) {
        let now = Self.now
        let done = pending.withLock { pending in
            let done = pending.filter { $0.commit <= commit }
            if !done.isEmpty { pending.removeAll { $0.commit <= commit } }
            return done
        }
        for batch in done { durable.record(Self.seconds(from: batch.deliveredAt, to: now), count: batch.records) }
    }

    /// Learns that a sink has acknowledged a whole batch.
    func didAcknowledge(_ batch: OutboundBatch) {
        let committedAt = batch.committedAt.load(ordering: .relaxed)
        guard committedAt > 0 else { return }
        acknowledged.record(Self.seconds(from: committedAt, to: Self.now), count: batch.records.count)
    }

    private static func seconds(from start: UInt64, to end: UInt64) -> Double { Double(end &- start) / 1e9 }
}
