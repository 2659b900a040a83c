import MillraceStore
import Synchronization

/// How far one shard has applied each partition of each subscription.
///
/// ```text
/// key   := shard(2) "w" nameCount(1) name topicCount(2) topic partition(4)      in the family meta
/// value := next(8 LE) start(8 LE)
/// ```
/// `next` is the first offset that is not applied yet. `start` is where the subscription began on the partition: a
/// shard that has no row of its own begins there, and not where the others are by now.
struct Watermarks {
    struct Mark {
        var next: Int64
        let start: Int64
        let key: [UInt8]
        var isChanged = false
    }

    /// A row as it is read back.
    struct Stored {
        let subscription: String
        let topic: String
        let partition: Int32
        let next: Int64
        let start: Int64
    }

    /// By intake, then by slot.
    private var marks: [[Mark]] = []
    private var changed: [(intake: Int, slot: Int)] = []

    static let name = UInt8(ascii: "w")

    static func key(shard: Int, subscription: String, topic: String, partition: Int32) -> [UInt8] {
        var key = RowKey(shard: shard)
        key.append(name)
        key.append(UInt8(truncatingIfNeeded: subscription.utf8.count))
        key.append(subscription)
        key.append(UInt16(truncatingIfNeeded: topic.utf8.count))
        key.append(topic)
        key.append(UInt32(bitPattern: partition))
        return unsafe [UInt8](key.bytes)
    }

    /// What a row says, or `nil` where it is none.
    static func read(key: [UInt8], value: [UInt8]) -> Stored? {
        guard key.count > 4, value.count == 16 else { return nil }
        let nameCount = Int(key[3])
        guard key.count > 6 + nameCount else { return nil }
        let topicCount = Int(key[4 + nameCount]) << 8 | Int(key[5 + nameCount])
        let topicStart = 6 + nameCount
        guard key.count == topicStart + topicCount + 4 else { return nil }
        func little(_ from: Int) -> Int64 {
            var word: UInt64 = 0
            for i in (0..<8).reversed() { word = word << 8 | UInt64(value[from + i]) }
            return Int64(bitPattern: word)
        }
        var partition: UInt32 = 0
        for byte in key[(topicStart + topicCount)...] { partition = partition << 8 | UInt32(byte) }
        return Stored(
            subscription: String(decoding: key[4..<4 + nameCount], as: UTF8.self),
            topic: String(decoding: key[topicStart..<topicStart + topicCount], as: UTF8.self),
            partition: Int32(bitPattern: partition), next: little(0), start: little(8))
    }

    /// Learns of the slots of an intake that it does not know yet.
    @inline(__always)
    mutating func prepare(_ intake: Intake, slot: Int, shard: Int) {
        if intake.index < marks.count, slot < marks[intake.index].count { return }
        learn(intake, shard)
    }

    private mutating func learn(_ intake: Intake, _ shard: Int) {
        while marks.count <= intake.index { marks.append([]) }
        let slots = intake.state.withLock { $0.slots }
        for slot in slots[marks[intake.index].count...] {
            marks[intake.index].append(
                Mark(
                    next: slot.applied[shard], start: slot.start,
                    key: Self.key(
                        shard: shard, subscription: intake.subscription.name, topic: slot.topic,
                        partition: slot.partition)))
        }
    }

    /// Whether a record has not been applied yet; then it counts as applied from here on.
    @inline(__always)
    mutating func advance(_ intake: Int, _ slot: Int, past offset: Int64) -> Bool {
        guard offset >= marks[intake][slot].next else { return false }
        set(intake, slot, offset + 1)
        return true
    }

    /// Moves on over offsets without records.
    mutating func skip(_ intake: Int, _ slot: Int, to next: Int64) {
        if next > marks[intake][slot].next { set(intake, slot, next) }
    }

    /// Goes to an offset, also back: the log has lost what was there.
    mutating func reset(_ intake: Int, _ slot: Int, to next: Int64) { set(intake, slot, next) }

    @inline(__always)
    private mutating func set(_ intake: Int, _ slot: Int, _ next: Int64) {
        marks[intake][slot].next = next
        if !marks[intake][slot].isChanged {
            marks[intake][slot].isChanged = true
            changed.append((intake, slot))
        }
    }

    var hasChanges: Bool { !changed.isEmpty }

    /// Puts the changed marks into the open batch, and returns them for publication.
    mutating func store(in store: ShardStore) -> [(intake: Int, slot: Int, next: Int64)] {
        var published: [(intake: Int, slot: Int, next: Int64)] = []
        published.reserveCapacity(changed.count)
        for (intake, slot) in changed {
            marks[intake][slot].isChanged = false
            let mark = marks[intake][slot]
            let value: InlineArray<2, Int64> = [mark.next.littleEndian, mark.start.littleEndian]
            unsafe mark.key.withUnsafeBytes { key in
                unsafe value.span.withUnsafeBytes { unsafe store.put(.meta, key, $0) }
            }
            published.append((intake, slot, mark.next))
        }
        changed.removeAll(keepingCapacity: true)
        return published
    }
}
