import MillraceEngine
import Synchronization

/// What the sink's thread shares with others: what is to be sent, and how it goes.
final class SinkInbox: Sendable {
    let wakeUp: WakeUp
    let status = Mutex<KafkaSink.Status>(.running)
    let unacknowledged = Atomic<Int>(0)
    private let batches = Mutex<[OutboundBatch]>([])
    /// -1 until the sink is asked to stop; then how long it may take to send what it has.
    private let drain = Atomic<Int>(-1)

    init() throws(KafkaError) { wakeUp = try WakeUp() }

    func put(_ batch: OutboundBatch) {
        guard !batch.records.isEmpty else { return }
        unacknowledged.add(batch.records.count, ordering: .relaxed)
        let wasEmpty = batches.withLock { batches in
            batches.append(batch)
            return batches.count == 1
        }
        if wasEmpty { wakeUp.raise() }
    }

    func takeAll() -> [OutboundBatch] {
        batches.withLock { batches in
            defer { batches.removeAll() }
            return batches
        }
    }

    var drainMilliseconds: Int? {
        let value = drain.load(ordering: .acquiring)
        return value >= 0 ? value : nil
    }

    func stop(drainMilliseconds: Int) {
        drain.store(max(0, drainMilliseconds), ordering: .releasing)
        wakeUp.raise()
    }
}
