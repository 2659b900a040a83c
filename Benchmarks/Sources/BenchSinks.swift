import MillraceEngine
import Synchronization

/// Takes records as a sink does, acknowledges them at once, and forgets them.
final class NullSink: RecordSink {
    let maxRecordBytes = 1 << 20
    let count = Atomic<Int>(0)
    /// Measures the time since the nanoseconds in the value's first eight bytes, where it is set.
    private let latencies: LatencyHistogram?
    /// When the last records came, by ``monotonicNanoseconds()``.
    let lastArrival = Atomic<Int64>(0)
    /// Raised when records have come.
    let arrived = Signal()

    init(latencies: LatencyHistogram? = nil) { self.latencies = latencies }

    func start() {}
    func stop(drainMilliseconds: Int) {}

    func send(_ batch: OutboundBatch) {
        if let latencies {
            let now = monotonicNanoseconds()
            unsafe batch.withBytes { bytes in
                for record in batch.records {
                    guard let value = unsafe record.value(in: bytes), value.count >= 8 else { continue }
                    unsafe latencies.record(nanoseconds: now - value.loadUnaligned(as: Int64.self))
                }
            }
        }
        lastArrival.store(monotonicNanoseconds(), ordering: .relaxed)
        count.add(batch.records.count, ordering: .releasing)
        batch.delivered(batch.records.count)
        arrived.raise()
    }
}
