import Millrace

/// What the open batch of a shard sends out: records for sinks, and messages for other shards. An invocation's part can be
/// taken back.
struct Outgoing {
    struct Emission {
        let sink: Int
        let topic: Int
        let start: Int
        let keyCount: Int
        let valueCount: Int
        let headers: [SourceRecord.Header]
    }

    struct Mark {
        let emissions: Int
        let bytes: Int
        let messages: Int
    }

    private(set) var emissions: [Emission] = []
    private(set) var bytes: [UInt8] = []
    /// Bodies of messages for other shards, with their target.
    private(set) var messages: [(target: Int, body: ShardMessage.Body)] = []
    /// Topic names that were used lately; an emission names its topic by the index.
    private(set) var topics: [String] = []
    private var lastTopic = 0

    var isEmpty: Bool { emissions.isEmpty && messages.isEmpty }
    var mark: Mark { Mark(emissions: emissions.count, bytes: bytes.count, messages: messages.count) }

    mutating func rollBack(to mark: Mark) {
        guard emissions.count != mark.emissions || messages.count != mark.messages else { return }
        emissions.removeSubrange(mark.emissions...)
        bytes.removeSubrange(mark.bytes...)
        messages.removeSubrange(mark.messages...)
    }

    mutating func emit(
        sink: Int, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header]
    ) {
        let start = bytes.count
        if let key = unsafe key { unsafe bytes.append(contentsOf: key) }
        if let value = unsafe value { unsafe bytes.append(contentsOf: value) }
        unsafe emissions.append(
            Emission(
                sink: sink, topic: index(of: topic), start: start, keyCount: key?.count ?? -1,
                valueCount: value?.count ?? -1, headers: headers))
    }

    mutating func send(_ body: ShardMessage.Body, to target: Int) { messages.append((target, body)) }

    private mutating func index(of topic: String) -> Int {
        if lastTopic < topics.count, topics[lastTopic] == topic { return lastTopic }
        if let known = topics.firstIndex(of: topic) {
            lastTopic = known
        } else {
            topics.append(topic)
            lastTopic = topics.count - 1
        }
        return lastTopic
    }

    /// Empties everything for the next batch. Topics are kept while they are few.
    mutating func removeAll() {
        emissions.removeAll(keepingCapacity: true)
        bytes = []
        messages.removeAll(keepingCapacity: true)
        if topics.count > 256 {
            topics.removeAll()
            lastTopic = 0
        }
    }
}
