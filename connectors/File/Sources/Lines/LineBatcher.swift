import Millrace
import MillraceEngine

/// Makes records of lines and hands them to an intake, in batches. Empty lines are no records.
struct LineBatcher {
    private let intake: Intake
    private let slot: Int
    /// After how many records a batch is handed over, within one read.
    private static let batchRecords = 8_192

    init(_ intake: Intake, slot: Int) {
        self.intake = intake
        self.slot = slot
    }

    /// Gives the bytes to the reader, and delivers the lines that have ended.
    func deliver(_ bytes: UnsafeRawBufferPointer, to lines: inout LineReader) {
        var batch = intake.makeBatch()
        let limit = lines.limit
        unsafe lines.append(bytes) { offset, line, byteCount in
            if batch.recordCount >= Self.batchRecords {
                // All that lies before this line is in the batch.
                batch.advance(slot: slot, next: offset)
                intake.deliver(batch)
                batch = intake.makeBatch()
            }
            unsafe add(line, byteCount, at: offset, to: batch, limit: limit)
        }
        deliver(batch, upTo: lines.position)
    }

    /// Delivers the last line of a stream that has ended, also where no line feed follows it.
    func deliverRest(of lines: inout LineReader) {
        let batch = intake.makeBatch()
        let limit = lines.limit
        unsafe lines.finish { offset, line, byteCount in
            unsafe add(line, byteCount, at: offset, to: batch, limit: limit)
        }
        deliver(batch, upTo: lines.position)
    }

    private func deliver(_ batch: RecordBatch, upTo position: Int64) {
        guard batch.recordCount > 0 else { return }
        batch.advance(slot: slot, next: position)
        intake.deliver(batch)
    }

    private func add(
        _ line: UnsafeRawBufferPointer?, _ byteCount: Int64, at offset: Int64, to batch: RecordBatch, limit: Int
    ) {
        guard byteCount > 0 else { return }
        unsafe batch.append(slot: slot, offset: offset, timestamp: nil, key: nil, value: line)
        guard unsafe line == nil else { return batch.finishRecord() }
        batch.finishRecord(
            failing: TerminalError(
                "the line at byte \(offset) has \(byteCount) bytes, and the limit is \(limit); raise engine.maxRecordSize, or "
                    + "split the line", code: 413))
    }
}
