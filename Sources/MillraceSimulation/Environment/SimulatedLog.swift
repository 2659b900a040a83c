/// The log that the engine reads: topics with partitions, whose offsets have gaps where records were compacted away or
/// where a transaction left a control record, and whose oldest records disappear.
final class SimulatedLog {
    struct Place: Hashable, CustomStringConvertible {
        let topic: String
        let partition: Int
        var description: String { "\(topic)\(partition)" }
    }

    struct Record {
        let offset: Int64
        let id: String
        let key: String
    }

    struct Partition {
        fileprivate(set) var records: [Record] = []
        /// The offset of the first record that is still there, and one past the last.
        fileprivate(set) var start: Int64 = 0
        fileprivate(set) var end: Int64 = 0
    }

    private(set) var partitions: [Place: Partition] = [:]
    let places: [Place]
    private(set) var offsets: [String: (place: Place, offset: Int64)] = [:]
    /// Records that the log forgot before the engine had said that it would not need them any more.
    private(set) var losable: Set<String> = []

    init(_ topics: [Workload.Topic]) {
        places = topics.flatMap { topic in (0..<topic.partitions).map { Place(topic: topic.name, partition: $0) } }
        for place in places { partitions[place] = Partition() }
    }

    func append(_ id: String, key: String, to place: Place) {
        let offset = end(place)
        partitions[place]?.records.append(Record(offset: offset, id: id, key: key))
        partitions[place]?.end = offset + 1
        offsets[id] = (place, offset)
    }

    /// Leaves offsets out: compacted records, or a control record.
    func appendGap(of count: Int, to place: Place) { partitions[place]?.end += Int64(count) }

    func start(_ place: Place) -> Int64 { partitions[place]?.start ?? 0 }
    func end(_ place: Place) -> Int64 { partitions[place]?.end ?? 0 }

    /// Moves the log's start. `committed` is the offset that the engine has committed to its group.
    func trim(_ place: Place, to offset: Int64, committed: Int64) {
        guard let records = partitions[place]?.records, offset > start(place) else { return }
        for record in records where record.offset < offset && record.offset >= committed { losable.insert(record.id) }
        partitions[place]?.start = offset
    }

    /// The records from an offset on, up to so many offsets, and the offset to go on at.
    func fetch(_ place: Place, from offset: Int64, offsets count: Int) -> (records: [Record], next: Int64) {
        let next = min(end(place), offset + Int64(count))
        let records = partitions[place]?.records.filter { $0.offset >= offset && $0.offset < next } ?? []
        return (records, next)
    }
}
