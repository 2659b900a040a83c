/// Names one record of one pending batch in 64 bits: what librdkafka carries from a record to its delivery report.
struct RecordTag: Comparable {
    /// Tags compare in the order in which the records came.
    let rawValue: UInt64

    static let maxRecords = 1 << 24

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(batch: UInt64, record: Int) { rawValue = batch << 24 | UInt64(record) }

    var batch: UInt64 { rawValue >> 24 }
    var record: Int { Int(rawValue & 0xFF_FFFF) }

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
