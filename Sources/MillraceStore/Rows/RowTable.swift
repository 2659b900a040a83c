internal import CProcessor
import Glibc

/// The rows of one shard that are in memory: changed ones that are not written back yet, and a cache of clean ones.
///
/// One hash table serves as overlay, frozen overlay and cache, so that a read is one look-up. A row is changed in place; its
/// `generation` tells in which overlay it was changed last, and with it whether it may be evicted. Rows of the family
/// `state` are linked by object, so that all state of one object can be listed without a scan. Used by the shard's
/// thread alone.
///
/// Rows live in a slab and are named by their index; the key and the value of a row are one allocation. That costs one
/// more memory access than pointers would, and spares the bookkeeping of rows that move.
@safe final class RowTable {
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// The value (or its absence) is what a read must return. Cleared only while a row is being made.
        static let known = Flags(rawValue: 1)
        /// The family, or a frozen overlay on its way there, may hold a row of this key.
        static let below = Flags(rawValue: 2)
        /// Read or written since the eviction's hand passed last.
        static let referenced = Flags(rawValue: 4)
        /// The value is what is kept decoded beside the row; the bytes are older, until the batch ends.
        static let stale = Flags(rawValue: 8)
        /// Of the first row of an object: every row of the object that exists anywhere is in the list.
        static let complete = Flags(rawValue: 16)
        /// The row stands in the list of those with decoded values.
        static let listed = Flags(rawValue: 32)
    }

    @unsafe struct Row {
        var hash: UInt64 = 0
        var bytes: UnsafeMutableRawPointer? = nil
        var keyCount: Int32 = 0
        /// -1 where the row does not exist.
        var valueCount: Int32 = -1
        /// How many bytes of value fit behind the key.
        var capacity: Int32 = 0
        /// The overlay in which the row was changed last; 0 for a row that was only read.
        var generation: UInt32 = 0
        /// The batch in which the row was changed last, cut to 32 bits.
        var batch: UInt32 = 0
        /// Where the row stands in the list of changed rows.
        var dirtyIndex: Int32 = -1
        /// How many bytes of the key name the object whose list the row is in, or 0.
        var objectCount: Int32 = 0
        var groupNext: Int32 = -1
        var groupPrevious: Int32 = -1
        var family: UInt8 = 0
        var flags: Flags = []
        /// What the kept value takes, in units of ``RowTable/decodedUnit`` bytes.
        var decodedUnits: UInt16 = 0
        /// The value, decoded; the row owns it.
        var decoded: Unmanaged<AnyObject>? = nil
    }

    private(set) var rows: UnsafeMutablePointer<Row>
    private var rowCapacity: Int
    private(set) var rowLimit = 0
    private var freeRows: [Int32] = []
    private var slots = SlotIndex()
    /// The first row of each object.
    private var objects = SlotIndex()
    /// How many rows are in memory.
    var count: Int { slots.count }
    /// Bytes of all rows in memory, with what managing them takes.
    private(set) var byteCount = 0
    private var hand = 0
    private var addedCount = 0

    /// Bytes of all decoded values, estimated; they are not part of ``byteCount``.
    private(set) var decodedBytes = 0
    /// Rows with decoded values, those first that got theirs first; some have lost it since.
    private var decodedRows: [Int32] = []
    private var decodedHead = 0

    init() {
        rowCapacity = 64
        unsafe rows = unsafe Self.allocateRows(rowCapacity)
    }

    /// A row takes one line of the processor's cache, so each is to begin with one.
    private static func allocateRows(_ capacity: Int) -> UnsafeMutablePointer<Row> {
        unsafe UnsafeMutableRawPointer
            .allocate(byteCount: capacity * MemoryLayout<Row>.stride, alignment: Int(MILLRACE_CACHE_LINE))
            .bindMemory(to: Row.self, capacity: capacity)
    }

    deinit {
        for index in 0..<rowLimit {
            unsafe free(rows[index].bytes)
            unsafe rows[index].decoded?.release()
        }
        unsafe rows.deallocate()
    }

    // MARK: Looking up

    @inline(__always)
    static func hash(_ family: Family, _ key: UnsafeRawBufferPointer) -> UInt64 {
        unsafe XXH64.hash(key, seed: UInt64(family.rawValue) &+ 1)
    }

    /// The index of a row, or -1.
    @inline(__always)
    func find(_ family: Family, _ key: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
        slots.find(hash) { index in
            unsafe rows[index].hash == hash && isRow(index, family, key)
        }
    }

    /// Whether the row of that index is the one of a key. Any index that the table has ever given out may be asked about.
    @inline(__always)
    func isRow(_ index: Int, _ family: Family, _ key: UnsafeRawBufferPointer) -> Bool {
        let row = unsafe rows + index
        guard unsafe Int(row.pointee.keyCount) == key.count, unsafe row.pointee.family == family.rawValue,
            let bytes = unsafe row.pointee.bytes, let wanted = key.baseAddress
        else { return false }
        return unsafe memcmp(bytes, wanted, key.count) == 0
    }

    @inline(__always)
    func key(_ index: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: rows[index].bytes, count: Int(rows[index].keyCount))
    }

    /// The value, or `nil` where the row does not exist. It lives until the row is changed.
    @inline(__always)
    func value(_ index: Int) -> UnsafeRawBufferPointer? {
        let row = unsafe rows + index
        guard unsafe row.pointee.valueCount >= 0, let bytes = unsafe row.pointee.bytes else { return nil }
        return unsafe UnsafeRawBufferPointer(
            start: bytes + Int(row.pointee.keyCount), count: Int(row.pointee.valueCount))
    }

    // MARK: Making and removing rows

    /// Adds a row without a value, and returns its index. The key must not be in the table.
    func insert(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ hash: UInt64, valueCapacity: Int, flags: Flags
    ) -> Int {
        let index: Int
        if let free = freeRows.popLast() {
            index = Int(free)
        } else {
            if rowLimit == rowCapacity { growRows() }
            index = rowLimit
            rowLimit += 1
        }
        let bytes = unsafe malloc(max(1, key.count + valueCapacity))
        if let bytes = unsafe bytes, let source = key.baseAddress {
            unsafe bytes.copyMemory(from: source, byteCount: key.count)
        }
        unsafe (rows + index).initialize(
            to: Row(
                hash: hash, bytes: bytes, keyCount: Int32(key.count), capacity: Int32(valueCapacity),
                family: family.rawValue, flags: flags))
        slots.insert(hash, index)
        byteCount += Self.overhead + key.count + valueCapacity
        addedCount += 1
        return index
    }

    /// How many rows have been added since the last call.
    func takeAddedCount() -> Int {
        defer { addedCount = 0 }
        return addedCount
    }

    /// What a row takes beside its bytes: its place in the slab and in the slots, and the allocator's share.
    static let overhead = unsafe MemoryLayout<Row>.stride + SlotIndex.entryBytes + 16

    /// Takes a row out of the table. It must not be in any list of changed rows.
    func remove(_ index: Int) {
        let row = unsafe rows + index
        unlink(index)
        dropDecoded(index)
        unsafe slots.remove(row.pointee.hash, index)
        unsafe byteCount -= Self.overhead + Int(row.pointee.keyCount) + Int(row.pointee.capacity)
        unsafe free(row.pointee.bytes)
        unsafe row.pointee = Row()
        freeRows.append(Int32(index))
    }

    private func growRows() {
        let larger = unsafe Self.allocateRows(rowCapacity * 2)
        unsafe larger.moveInitialize(from: rows, count: rowLimit)
        unsafe rows.deallocate()
        unsafe rows = unsafe larger
        rowCapacity *= 2
    }

    // MARK: Values

    /// Overwrites a row's value. The bytes must not lie in the table.
    @inline(__always)
    func setValue(_ index: Int, _ value: UnsafeRawBufferPointer) {
        let row = unsafe rows + index
        if unsafe value.count > Int(row.pointee.capacity) { grow(index, to: value.count) }
        if let bytes = unsafe row.pointee.bytes, let source = value.baseAddress {
            unsafe (bytes + Int(row.pointee.keyCount)).copyMemory(from: source, byteCount: value.count)
        }
        unsafe row.pointee.valueCount = Int32(value.count)
    }

    private func grow(_ index: Int, to count: Int) {
        let row = unsafe rows + index
        // A little more than asked for, so that a value that grows by appending is not copied each time.
        let capacity = count + count / 8
        unsafe row.pointee.bytes = unsafe realloc(row.pointee.bytes, Int(row.pointee.keyCount) + capacity)
        unsafe byteCount += capacity - Int(row.pointee.capacity)
        unsafe row.pointee.capacity = Int32(capacity)
    }

    /// Gives a row a new allocation with room for a value, and returns the old one, whose owner the caller becomes.
    func replaceBytes(_ index: Int, valueCapacity: Int) -> UnsafeMutableRawPointer? {
        let row = unsafe rows + index
        let old = unsafe row.pointee.bytes
        let keyCount = unsafe Int(row.pointee.keyCount)
        let new = unsafe malloc(max(1, keyCount + valueCapacity))
        if let new = unsafe new, let old = unsafe old { unsafe new.copyMemory(from: old, byteCount: keyCount) }
        unsafe row.pointee.bytes = unsafe new
        unsafe byteCount += valueCapacity - Int(row.pointee.capacity)
        unsafe row.pointee.capacity = Int32(valueCapacity)
        return unsafe old
    }

    /// Puts an old allocation back, and frees the present one.
    func restoreBytes(_ index: Int, _ old: UnsafeMutableRawPointer?, valueCapacity: Int32) {
        let row = unsafe rows + index
        unsafe free(row.pointee.bytes)
        unsafe byteCount += Int(valueCapacity) - Int(row.pointee.capacity)
        unsafe row.pointee.bytes = unsafe old
        unsafe row.pointee.capacity = valueCapacity
    }

    // MARK: Decoded values

    static let decodedUnit = 64

    /// Keeps a decoded value beside a row.
    func setDecoded(_ index: Int, _ value: AnyObject, byteCount: Int) {
        let row = unsafe rows + index
        dropDecoded(index)
        let units = min(Int(UInt16.max), byteCount / Self.decodedUnit + 1)
        unsafe row.pointee.decoded = unsafe .passRetained(value)
        unsafe row.pointee.decodedUnits = UInt16(units)
        decodedBytes += units * Self.decodedUnit
        if unsafe !row.pointee.flags.contains(.listed) { listDecoded(index) }
    }

    /// Takes the decoded value away from a row; whoever calls becomes its owner.
    @inline(__always)
    func takeDecoded(_ index: Int) -> Unmanaged<AnyObject>? {
        let row = unsafe rows + index
        guard let value = unsafe row.pointee.decoded else { return nil }
        unsafe decodedBytes -= Int(row.pointee.decodedUnits) * Self.decodedUnit
        unsafe row.pointee.decoded = nil
        unsafe row.pointee.decodedUnits = 0
        return unsafe value
    }

    /// Gives a row back the value that was taken away, with its ownership.
    func restoreDecoded(_ index: Int, _ value: Unmanaged<AnyObject>?, units: UInt16) {
        dropDecoded(index)
        guard let value = unsafe value else { return }
        let row = unsafe rows + index
        unsafe row.pointee.decoded = unsafe value
        unsafe row.pointee.decodedUnits = units
        decodedBytes += Int(units) * Self.decodedUnit
        if unsafe !row.pointee.flags.contains(.listed) { listDecoded(index) }
    }

    @inline(__always)
    func dropDecoded(_ index: Int) { unsafe takeDecoded(index)?.release() }

    private func listDecoded(_ index: Int) {
        if decodedRows.count > 2 * count + 1024 { compactDecoded() }
        unsafe rows[index].flags.insert(.listed)
        decodedRows.append(Int32(index))
    }

    /// Forgets those that have lost their values: evicted rows leave their places in the list behind.
    private func compactDecoded() {
        var kept: [Int32] = []
        for index in decodedRows[decodedHead...] {
            let row = unsafe rows + Int(index)
            guard unsafe row.pointee.flags.contains(.listed) else { continue }
            // A row that stands here twice is kept once.
            unsafe row.pointee.flags.remove(.listed)
            if unsafe row.pointee.decoded != nil { kept.append(index) }
        }
        for index in kept { unsafe rows[Int(index)].flags.insert(.listed) }
        decodedRows = kept
        decodedHead = 0
    }

    /// Drops decoded values, those first that have been kept longest, until they have at most `limit` bytes. To be called where no
    /// row's bytes are older than its value.
    func evictDecoded(toBytes limit: Int) {
        while decodedBytes > limit, decodedHead < decodedRows.count {
            let index = Int(decodedRows[decodedHead])
            decodedHead += 1
            unsafe rows[index].flags.remove(.listed)
            dropDecoded(index)
        }
        if decodedHead == decodedRows.count {
            decodedRows.removeAll(keepingCapacity: true)
            decodedHead = 0
        } else if decodedHead > 4096, decodedHead > decodedRows.count / 2 {
            decodedRows.removeSubrange(..<decodedHead)
            decodedHead = 0
        }
    }

    // MARK: The rows of one object

    @inline(__always)
    static func objectHash(_ prefix: UnsafeRawBufferPointer) -> UInt64 { unsafe XXH64.hash(prefix, seed: 0) }

    /// The first row in the list of an object's rows, by the bytes that name the object; -1 where none is in memory.
    func firstRow(ofObject prefix: UnsafeRawBufferPointer) -> Int {
        unsafe firstRow(prefix, Self.objectHash(prefix))
    }

    private func firstRow(_ prefix: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
        objects.find(hash) { index in
            let row = unsafe rows + index
            guard unsafe Int(row.pointee.objectCount) == prefix.count, let bytes = unsafe row.pointee.bytes,
                let wanted = prefix.baseAddress
            else { return false }
            return unsafe memcmp(bytes, wanted, prefix.count) == 0
        }
    }

    /// Whether every row that an object has anywhere is in memory.
    func isComplete(object prefix: UnsafeRawBufferPointer) -> Bool {
        let first = unsafe firstRow(ofObject: prefix)
        return unsafe first >= 0 && rows[first].flags.contains(.complete)
    }

    /// Puts a row into the list of the object that so many bytes of its key name.
    func link(_ index: Int, objectCount: Int) {
        let prefix = unsafe UnsafeRawBufferPointer(rebasing: key(index)[..<objectCount])
        let hash = unsafe Self.objectHash(prefix)
        let first = unsafe firstRow(prefix, hash)
        let row = unsafe rows + index
        unsafe row.pointee.objectCount = Int32(objectCount)
        guard first >= 0 else {
            objects.insert(hash, index)
            byteCount += SlotIndex.entryBytes
            return
        }
        // Behind the first, which stays where it can be found.
        let second = unsafe rows[first].groupNext
        unsafe row.pointee.groupNext = second
        unsafe row.pointee.groupPrevious = Int32(first)
        if second >= 0 { unsafe rows[Int(second)].groupPrevious = Int32(index) }
        unsafe rows[first].groupNext = Int32(index)
    }

    private func unlink(_ index: Int) {
        let row = unsafe rows + index
        let objectCount = unsafe Int(row.pointee.objectCount)
        guard objectCount > 0 else { return }
        let next = unsafe row.pointee.groupNext
        let previous = unsafe row.pointee.groupPrevious
        if next >= 0 { unsafe rows[Int(next)].groupPrevious = previous }
        if previous >= 0 {
            unsafe rows[Int(previous)].groupNext = next
            return
        }
        let hash = unsafe Self.objectHash(UnsafeRawBufferPointer(rebasing: key(index)[..<objectCount]))
        if next >= 0 {
            objects.replace(hash, index, by: Int(next))
            if unsafe row.pointee.flags.contains(.complete) { unsafe rows[Int(next)].flags.insert(.complete) }
        } else {
            objects.remove(hash, index)
            byteCount -= SlotIndex.entryBytes
        }
    }

    // MARK: Reading ahead

    /// A table with fewer rows is mostly in the processor's caches.
    private static let largeCount = 16_384

    /// Whether look-ups wait for memory, so that it is worth while to have several wait at the same time.
    var isLarge: Bool { count > Self.largeCount }

    /// Has the first rows of some objects, and where they are looked up, brought into the processor's caches.
    ///
    /// A look-up is a chain of reads, each of which says where the next one is. Here each link is asked for, for all objects,
    /// before the next, and the processor waits for them together.
    func prefetch(objects hashes: Span<UInt64>) {
        for at in hashes.indices { objects.prefetch(hashes[at]) }
        unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: hashes.count) { found in
            for at in hashes.indices {
                // Which of two objects with the same tag, does not matter here.
                let index = objects.find(hashes[at]) { _ in true }
                unsafe found[at] = index
                if index >= 0 { unsafe millrace_prefetch(rows + index, MemoryLayout<Row>.stride) }
            }
            for at in hashes.indices {
                let index = unsafe found[at]
                guard index >= 0, let bytes = unsafe rows[index].bytes else { continue }
                unsafe slots.prefetch(rows[index].hash)
                let count = unsafe Int(rows[index].keyCount) + max(0, Int(rows[index].valueCount))
                unsafe millrace_prefetch(bytes, min(count, 256))
            }
        }
    }

    /// Has a row brought near that is soon to be visited: for loops over `list`, before they visit the one at `place`. Rows of a
    /// batch were changed a while ago, and lie anywhere.
    @inline(__always)
    func prefetch(_ list: Span<Int32>, after place: Int) {
        if place + 8 < list.count {
            unsafe millrace_prefetch(rows + Int(list[place + 8]), MemoryLayout<Row>.stride)
        }
        guard place + 4 < list.count else { return }
        let row = unsafe rows + Int(list[place + 4])
        let count = unsafe Int(row.pointee.keyCount) + max(0, Int(row.pointee.valueCount))
        unsafe millrace_prefetch(row.pointee.bytes, min(count, 512))
    }

    // MARK: Eviction

    /// Evicts clean rows that were not used lately until the table has at most `limit` bytes, or the hand has looked at
    /// `steps` rows. Rows of generations above `written` stay.
    func evict(toBytes limit: Int, written: UInt32, steps: Int) {
        var left = steps
        while byteCount > limit, left > 0, rowLimit > 0 {
            left -= 1
            if hand >= rowLimit { hand = 0 }
            let row = unsafe rows + hand
            hand += 1
            guard unsafe row.pointee.bytes != nil, unsafe row.pointee.generation <= written,
                unsafe row.pointee.dirtyIndex < 0
            else { continue }
            if unsafe row.pointee.flags.contains(.referenced) {
                unsafe row.pointee.flags.remove(.referenced)
                continue
            }
            let objectCount = unsafe Int(row.pointee.objectCount)
            if objectCount > 0, unsafe row.pointee.valueCount >= 0 {
                let first = unsafe firstRow(ofObject: UnsafeRawBufferPointer(rebasing: key(hand - 1)[..<objectCount]))
                if first >= 0 { unsafe rows[first].flags.remove(.complete) }
            }
            remove(hand - 1)
        }
    }
}
