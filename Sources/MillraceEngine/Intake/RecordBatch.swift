internal import CProcessor
package import Millrace
import MillraceStore
import Synchronization

/// Records on their way from a source to the shards: bytes in one arena, and for each record where they are and which
/// shard it belongs to.
///
/// A source fills a batch on its own thread and hands it over with ``Intake/deliver(_:)``; from then on it is only read,
/// by several shards' threads. That hand-over is what makes `@unchecked Sendable` true.
@safe package final class RecordBatch: @unchecked Sendable {
    /// Where one record lies in the arena, and where it goes.
    struct Entry {
        var offset: Int64
        /// Milliseconds since 1970, or `Int64.min` where the record says nothing.
        var timestamp: Int64
        var keyHash: UInt64
        /// The record's own key, value and headers lie one after the other from here.
        var start: Int
        /// -1 where there is none.
        var keyCount: Int32
        var valueCount: Int32
        var headersCount: Int32
        /// The routing key: the record's key, or bytes of their own after the headers. -1 where none was found.
        var routeCount: Int32
        var routeStart: Int
        var slot: Int32
        var shard: Int32
        /// The next record of the same shard in this batch, or -1.
        var next: Int32
        /// Why no handler can have it: an index into ``failures``, or -1.
        var failure: Int32
    }

    let intake: Intake
    /// Whether the records' own keys say where they go: then the router, which all batches of a subscription share, need not be asked.
    private let isRoutedByKey: Bool
    private let shardCount: Int
    /// The watermarks are to be set to the advances, also backwards: the log has lost what was there.
    var isReset = false
    /// When the source handed it over, by ``EngineLatencies/now``, or 0.
    var deliveredAt: UInt64 = 0
    private(set) var entries: [Entry] = []
    private(set) var failures: [any Error] = []
    /// The first and last record of each shard, or -1.
    private(set) var heads: [Int32]
    private var tails: [Int32]
    private(set) var counts: [Int32]
    /// For each partition slot touched: the offset after the last record seen.
    private(set) var advances: [(slot: Int, next: Int64)] = []
    /// The partition asked for last, by its slot, and the hash of its name.
    private var lastPlace: (slot: Int32, hash: UInt64) = (-1, 0)
    /// How many records no group has applied yet, and how many bytes the groups that have took out of what is in flight.
    private let unappliedRecords = Atomic<Int>(0)
    private let appliedBytes = Atomic<Int>(0)
    private var arena: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0

    init(intake: Intake, shardCount: Int, capacity: Int = 256 << 10, records: Int = 2048) {
        self.intake = intake
        isRoutedByKey = intake.router.selector == .record
        self.shardCount = shardCount
        heads = [Int32](repeating: -1, count: shardCount)
        tails = heads
        counts = [Int32](repeating: 0, count: shardCount)
        self.capacity = capacity
        unsafe arena = .allocate(byteCount: capacity, alignment: 16)
        entries.reserveCapacity(records)
    }

    deinit { unsafe arena.deallocate() }

    /// How many records there are.
    package var recordCount: Int { entries.count }
    /// How many bytes their keys, values and headers have.
    package var byteCount: Int { count }

    // MARK: Filling, on the source's thread

    /// Appends a record. `key` and `value` are `nil` where the record has none; headers follow by ``appendHeader(name:value:)``
    /// and then, always, ``finishRecord()``.
    package func append(
        slot: Int, offset: Int64, timestamp: Int64?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) {
        let start = count
        if let key = unsafe key { unsafe put(key) }
        if let value = unsafe value { unsafe put(value) }
        entries.append(
            Entry(
                offset: offset, timestamp: timestamp ?? .min, keyHash: 0, start: start,
                keyCount: unsafe key.map { Int32($0.count) } ?? -1,
                valueCount: unsafe value.map { Int32($0.count) } ?? -1,
                headersCount: 0, routeCount: -1, routeStart: start, slot: Int32(slot), shard: 0, next: -1, failure: -1))
    }

    /// Appends a header to the last record.
    package func appendHeader(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
        let before = count
        putCount(Int32(name.count))
        unsafe put(name)
        putCount(unsafe value.map { Int32($0.count) } ?? -1)
        if let value = unsafe value { unsafe put(value) }
        entries[entries.count - 1].headersCount += Int32(count - before)
    }

    /// Finds the last record's routing key and shard.
    package func finishRecord() {
        let index = entries.count - 1
        if isRoutedByKey, entries[index].keyCount >= 0 {
            RecordRouter.set(self, index, entries[index].start, Int(entries[index].keyCount), shardCount: shardCount)
        } else {
            intake.router.route(self, index)
        }
        link(index)
    }

    /// Ends the last record as one that no handler can have: what its subscription's policy has for the end of all attempts
    /// happens to it at once, and no other record waits for it.
    package func finishRecord(failing error: TerminalError) {
        let index = entries.count - 1
        intake.router.fail(self, index, error)
        link(index)
    }

    private func link(_ index: Int) {
        let shard = Int(entries[index].shard)
        if tails[shard] < 0 { heads[shard] = Int32(index) } else { entries[Int(tails[shard])].next = Int32(index) }
        tails[shard] = Int32(index)
        counts[shard] += 1
        advance(slot: Int(entries[index].slot), next: entries[index].offset + 1)
    }

    /// Notes that a partition has been read up to `next` (exclusive), also where there were only gaps or control records.
    package func advance(slot: Int, next: Int64) {
        for i in advances.indices.reversed() where advances[i].slot == slot {
            if next > advances[i].next { advances[i].next = next }
            return
        }
        advances.append((slot, next))
    }

    /// The hash of the name of a slot's partition.
    func placeHash(ofSlot slot: Int32) -> UInt64 {
        if lastPlace.slot != slot {
            let (topic, partition) = intake.place(ofSlot: Int(slot))
            lastPlace = (slot, RecordRouter.hash(ofTopic: topic, partition: partition))
        }
        return lastPlace.hash
    }

    /// Before the batch is handed over: all its records are in flight.
    func beginFlight() { unappliedRecords.store(recordCount, ordering: .relaxed) }

    /// Learns that a group has applied so many of the records, and returns their share of the bytes. The shares of all
    /// groups add up to all bytes. Any thread.
    func applied(records: Int) -> Int {
        guard records > 0 else { return 0 }
        let share = byteCount * records / recordCount
        appliedBytes.add(share, ordering: .acquiringAndReleasing)
        let left = unappliedRecords.subtract(records, ordering: .acquiringAndReleasing).newValue
        guard left == 0 else { return share }
        // The last one: what rounding has left over is its, too.
        return byteCount - (appliedBytes.load(ordering: .acquiring) - share)
    }

    // MARK: Routing

    func setRoute(_ index: Int, start: Int, count: Int, hash: UInt64, shard: Int) {
        entries[index].routeStart = start
        entries[index].routeCount = Int32(count)
        entries[index].keyHash = hash
        entries[index].shard = Int32(shard)
    }

    /// Stores a routing key that is not part of the record's bytes as they are.
    func setOwnRoute(_ index: Int, _ bytes: [UInt8]) -> Int {
        let start = count
        unsafe bytes.withUnsafeBytes { unsafe put($0) }
        return start
    }

    func setFailure(_ index: Int, _ error: any Error) {
        failures.append(error)
        entries[index].failure = Int32(failures.count - 1)
    }

    // MARK: Reading

    @inline(__always)
    func bytes(_ start: Int, _ count: Int32) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: arena + start, count: Int(max(0, count)))
    }

    @inline(__always)
    func key(_ entry: Entry) -> UnsafeRawBufferPointer? {
        entry.keyCount < 0 ? nil : unsafe bytes(entry.start, entry.keyCount)
    }

    @inline(__always)
    func value(_ entry: Entry) -> UnsafeRawBufferPointer? {
        entry.valueCount < 0 ? nil : unsafe bytes(entry.start + Int(max(0, entry.keyCount)), entry.valueCount)
    }

    @inline(__always)
    func route(_ entry: Entry) -> UnsafeRawBufferPointer { unsafe bytes(entry.routeStart, entry.routeCount) }

    /// Has an entry brought near, so that it is there when it is read a little later; -1 for none. The source's thread
    /// has just written it, so it is in another processor's cache.
    @inline(__always)
    static func prefetch(_ entries: Span<Entry>, _ index: Int32) {
        guard index >= 0 else { return }
        unsafe entries.withUnsafeBufferPointer { entries in
            guard let base = entries.baseAddress else { return }
            unsafe millrace_prefetch(base + Int(index), MemoryLayout<Entry>.stride)
        }
    }

    /// The same for a record's bytes, as far as most handlers read them.
    @inline(__always)
    func prefetch(bytesOf entry: Entry) {
        let count = Int(max(0, entry.keyCount)) + Int(max(0, entry.valueCount))
        unsafe millrace_prefetch(arena + entry.start, min(count, 256))
    }

    /// Visits the headers in order.
    func forEachHeader(_ entry: Entry, _ visit: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) {
        var at = entry.start + Int(max(0, entry.keyCount)) + Int(max(0, entry.valueCount))
        let end = at + Int(entry.headersCount)
        while at < end {
            let nameCount = unsafe arena.loadUnaligned(fromByteOffset: at, as: Int32.self)
            let name = unsafe bytes(at + 4, nameCount)
            at += 4 + Int(nameCount)
            let valueCount = unsafe arena.loadUnaligned(fromByteOffset: at, as: Int32.self)
            unsafe visit(name, valueCount < 0 ? nil : bytes(at + 4, valueCount))
            at += 4 + Int(max(0, valueCount))
        }
    }

    // MARK: The arena

    private func put(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        unsafe (arena + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    private func putCount(_ value: Int32) {
        reserve(4)
        unsafe arena.storeBytes(of: value, toByteOffset: count, as: Int32.self)
        count += 4
    }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        unsafe larger.copyMemory(from: arena, byteCount: count)
        unsafe arena.deallocate()
        unsafe arena = larger
    }
}
