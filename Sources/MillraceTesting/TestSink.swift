import Millrace
import MillraceEngine
import Synchronization

/// Keeps the records that it gets, each once, as a consumer does that drops what comes again.
final class TestSink: RecordSink {
    private struct State {
        var records: [TestApplication.EmittedRecord] = []
        var last: [Int: UInt64] = [:]
    }

    let maxRecordBytes = 1 << 20
    private let state = Mutex(State())

    var records: [TestApplication.EmittedRecord] { state.withLock { $0.records } }

    func start() {}
    func stop(drainMilliseconds: Int) {}

    func send(_ batch: OutboundBatch) {
        state.withLock { state in
            unsafe batch.withBytes { bytes in
                for record in batch.records where record.sequence > state.last[batch.shard] ?? 0 {
                    state.last[batch.shard] = record.sequence
                    unsafe state.records.append(
                        TestApplication.EmittedRecord(
                            topic: batch.topics[record.topic], key: record.key(in: bytes).map { unsafe [UInt8]($0) },
                            value: record.value(in: bytes).map { unsafe [UInt8]($0) }, headers: record.headers))
                }
            }
        }
        batch.delivered(batch.records.count)
    }
}
