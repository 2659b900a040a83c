import MillraceStore

/// What one shard keeps for one sink that does not take its records: rows of the family `outbox`, which are sent from there, in
/// order and under the same numbers, when the sink takes records again, and deleted when it has acknowledged them.
///
/// ```text
/// outbox   key := shard(2) nameCount(1) sink's name sequence(8)      value := a record, as in a block (see MessageCodec)
/// meta     key := shard(2) "o" sink's name                           value := settled(8 LE) count(8 LE) bytes(8 LE)
/// ```
/// While a lane is storing, every record of the shard for the sink is a row, so that no block waits for the sink; the
/// first of them are in the sink's hands as well. It stops storing when its last row is deleted.
struct OutboxLane {
    /// Records that are stored and in the sink's hands.
    struct Lent {
        let batch: OutboundBatch
        /// How many bytes their rows have.
        let rowBytes: Int
    }

    let name: String
    private(set) var isStoring = false
    /// Records for the sink up to this number have been acknowledged or are rows: those that a block has are not sent again.
    private(set) var settled: UInt64 = 0
    /// The rows and their bytes.
    private(set) var count = 0
    private(set) var bytes = 0
    private(set) var lent: [Lent] = []
    private var lentCount = 0
    private(set) var lentBytes = 0
    /// The rows from this number on are not in the sink's hands yet.
    private(set) var next: UInt64 = 0
    /// Bytes of records that are in blocks only, and not acknowledged.
    var directBytes = 0
    /// When the rows are to be read again that could not be read.
    var retryAt: Int64 = 0
    private(set) var isChanged = false

    static let rowName = UInt8(ascii: "o")

    init(name: String) { self.name = name }

    /// Whether there are rows that the sink could get, if it is to have about that many bytes at a time.
    func hasRoom(_ window: Int) -> Bool { isStoring && count > lentCount && lentBytes * 2 <= window }

    /// Records go to rows from here on. All up to a number, which were not rows before, are rows now or have been acknowledged: such a
    /// one may have come after others that are rows, and must not be sent again before them.
    mutating func beginStoring(after sequence: UInt64) {
        settled = max(settled, sequence)
        isStoring = true
        next = settled + 1
    }

    /// A record became a row.
    mutating func stored(_ sequence: UInt64, bytes: Int) {
        settled = max(settled, sequence)
        count += 1
        self.bytes += bytes
        isChanged = true
    }

    /// The sink has these rows' records.
    mutating func lend(_ batch: OutboundBatch, rowBytes: Int) {
        lent.append(Lent(batch: batch, rowBytes: rowBytes))
        lentCount += batch.records.count
        lentBytes += batch.byteCount
        if let last = batch.records.last { next = max(next, last.sequence + 1) }
    }

    /// The rows of a batch that the sink had are deleted; returns false where it had no such batch.
    mutating func deleted(_ batch: OutboundBatch) -> Bool {
        guard let at = lent.firstIndex(where: { $0.batch === batch }) else { return false }
        let gone = lent.remove(at: at)
        lentCount -= batch.records.count
        lentBytes -= batch.byteCount
        // The figures are a row of their own; on a disk that has lost some of what was durable they may be older than the rows.
        count = max(0, count - batch.records.count)
        bytes = max(0, bytes - gone.rowBytes)
        isChanged = true
        if count == 0 { isStoring = false }
        return true
    }

    // MARK: The row in `meta`

    /// The lane's figures, to be stored; afterwards nothing of it is changed.
    mutating func takeRow() -> InlineArray<3, UInt64> {
        isChanged = false
        return [settled.littleEndian, UInt64(count).littleEndian, UInt64(bytes).littleEndian]
    }

    /// Goes on where an earlier run ended. Returns false where the value is none of a lane's.
    mutating func restore(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count == 24 else { return false }
        func word(_ at: Int) -> UInt64 {
            unsafe UInt64(littleEndian: value.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        settled = word(0)
        count = Int(clamping: word(8))
        bytes = Int(clamping: word(16))
        isStoring = count > 0
        return true
    }
}
