import Millrace
import MillraceJSON
import MillraceStore

/// Finds each record's routing key, by its subscription's key selector, and the shard that the key belongs to. An object, as to copy
/// what it has for each record would count references.
final class RecordRouter: Sendable {
    let selector: KeySelector
    let shardCount: Int
    /// Whether the records go to a service with keys; elsewhere a record without one is nothing special.
    let isKeyed: Bool
    /// The selector's path, as the reader takes it.
    private let path: [JSONMemberReader.Step]

    init(selector: KeySelector, shardCount: Int, isKeyed: Bool) {
        self.selector = selector
        self.shardCount = shardCount
        self.isKeyed = isKeyed
        guard case .json(let path) = selector else {
            self.path = []
            return
        }
        self.path = path.map { step in
            switch step {
            case .member(let name): .member(name)
            case .element(let index): .element(index)
            }
        }
    }

    /// The shard of a key, fixed for a cluster's life.
    static func shard(ofHash hash: UInt64, shardCount: Int) -> Int { Int(hash % UInt64(shardCount)) }

    /// Routes a record that its batch does not route itself.
    func route(_ batch: RecordBatch, _ index: Int) {
        let entry = batch.entries[index]
        switch selector {
        case .record:
            // One with a key is routed by its batch.
            isKeyed ? fail(batch, index, "the record has no key") : routeByPartition(batch, index)
        case .none:
            routeByPartition(batch, index)
        case .header(let wanted):
            var found: [UInt8]?
            unsafe batch.forEachHeader(entry) { name, value in
                if unsafe name.elementsEqual(wanted.utf8) { found = unsafe value.map { unsafe [UInt8]($0) } }
            }
            guard let found else { return fail(batch, index, "the record has no header '\(wanted)'") }
            set(batch, index, batch.setOwnRoute(index, found), found.count)
        case .json:
            guard let value = unsafe batch.value(entry) else {
                return fail(batch, index, "the record has no value to read its key from")
            }
            do throws(JSONError) {
                let key = try unsafe JSONMemberReader.read(path, in: value)
                set(batch, index, batch.setOwnRoute(index, key), key.count)
            } catch {
                fail(batch, index, "the value has no key: \(error)")
            }
        }
    }

    /// Keeps the records of one partition together, so that they are handled in order.
    private func routeByPartition(_ batch: RecordBatch, _ index: Int) {
        let entry = batch.entries[index]
        let hash = batch.placeHash(ofSlot: entry.slot)
        batch.setRoute(
            index, start: entry.start, count: 0, hash: hash, shard: Self.shard(ofHash: hash, shardCount: shardCount))
    }

    /// A partition's hash by its name. The number of its slot would not do: it differs from run to run, and a record that
    /// is read again must find the shard whose watermark knows it.
    static func hash(ofTopic topic: String, partition: Int32) -> UInt64 {
        var name = RowKey(shard: 0)
        name.append(topic)
        name.append(UInt32(bitPattern: partition))
        return unsafe XXH64.hash(name.bytes)
    }

    private func set(_ batch: RecordBatch, _ index: Int, _ start: Int, _ count: Int) {
        Self.set(batch, index, start, count, shardCount: shardCount)
    }

    /// Routes a record by some of its batch's bytes.
    @inline(__always)
    static func set(_ batch: RecordBatch, _ index: Int, _ start: Int, _ count: Int, shardCount: Int) {
        let hash = unsafe XXH64.hash(batch.bytes(start, Int32(count)))
        batch.setRoute(
            index, start: start, count: count, hash: hash, shard: Self.shard(ofHash: hash, shardCount: shardCount))
    }

    private func fail(_ batch: RecordBatch, _ index: Int, _ reason: String) {
        fail(batch, index, SerdeError.notDecodable(type: "routing key", reason: reason))
    }

    /// A record that fails before it has a routing key gets one of its own, by where it came from, so that it stands in no
    /// other's way when it is parked.
    func fail(_ batch: RecordBatch, _ index: Int, _ error: any Error) {
        let entry = batch.entries[index]
        batch.setFailure(index, error)
        let (topic, partition) = batch.intake.place(ofSlot: Int(entry.slot))
        let own = Array("no-key/\(batch.intake.subscription.name)/\(topic)/\(partition)/\(entry.offset)".utf8)
        set(batch, index, batch.setOwnRoute(index, own), own.count)
    }
}
