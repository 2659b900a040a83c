import Millrace
import MillraceEngine

/// What sinks have written: records by shard and sequence, which no crash takes back.
final class OutputLog {
    struct Record: Equatable {
        let topic: String
        let key: String?
        let value: String?
        let headers: [SourceRecord.Header]
    }

    private(set) var records: [Int: [UInt64: Record]] = [:]

    /// Writes a record. Returns what stands there already, where it differs.
    func write(_ record: Record, shard: Int, sequence: UInt64) -> Record? {
        if let known = records[shard]?[sequence] { return known == record ? nil : known }
        records[shard, default: [:]][sequence] = record
        return nil
    }

    /// All records in the order of each shard.
    var inOrder: [(shard: Int, sequence: UInt64, record: Record)] {
        records.keys.sorted().flatMap { shard in
            (records[shard] ?? [:]).sorted { $0.key < $1.key }.map {
                (shard: shard, sequence: $0.key, record: $0.value)
            }
        }
    }
}
