internal import CProcessor

/// Indexes of rows by a hash: open addressing with linear probing, eight bytes a slot.
///
/// It knows no keys: whoever looks something up says which of the rows with the same upper half of the hash is meant.
@safe struct SlotIndex: ~Copyable {
    /// The upper 32 bits of the hash, and the row's index + 1; 0 is empty.
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private(set) var count = 0

    /// What an entry takes, about, as the slots are between three eighths and three quarters full.
    static let entryBytes = 12

    init() {
        mask = 127
        unsafe slots = .allocate(capacity: mask + 1)
        unsafe slots.initialize(repeating: 0, count: mask + 1)
    }

    deinit { unsafe slots.deallocate() }

    /// The first row with that hash that is meant, or -1.
    @inline(__always)
    func find(_ hash: UInt64, where isMeant: (Int) -> Bool) -> Int {
        let tag = hash >> 32
        var position = Int(truncatingIfNeeded: tag) & mask
        while true {
            let slot = unsafe slots[position]
            if slot == 0 { return -1 }
            if slot >> 32 == tag {
                let index = Int(slot & 0xffff_ffff) - 1
                if isMeant(index) { return index }
            }
            position = (position + 1) & mask
        }
    }

    /// Has the place brought near where the look-up of a hash begins.
    @inline(__always)
    func prefetch(_ hash: UInt64) { unsafe millrace_prefetch(slots + (Int(truncatingIfNeeded: hash >> 32) & mask), 8) }

    mutating func insert(_ hash: UInt64, _ index: Int) {
        if (count + 1) * 4 > (mask + 1) * 3 { grow() }
        let tag = hash >> 32
        var position = Int(truncatingIfNeeded: tag) & mask
        while unsafe slots[position] != 0 { position = (position + 1) & mask }
        unsafe slots[position] = tag << 32 | UInt64(index + 1)
        count += 1
    }

    /// Removes a row that was inserted with that hash.
    mutating func remove(_ hash: UInt64, _ index: Int) {
        let position = self.position(hash, index)
        // Moves the followers of the run back, so that no look-up stops too early.
        var hole = position
        var next = (hole + 1) & mask
        while unsafe slots[next] != 0 {
            let home = unsafe Int(truncatingIfNeeded: slots[next] >> 32) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                unsafe slots[hole] = unsafe slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        unsafe slots[hole] = 0
        count -= 1
    }

    /// Puts another row into the place of one that was inserted with that hash.
    mutating func replace(_ hash: UInt64, _ index: Int, by other: Int) {
        let position = self.position(hash, index)
        unsafe slots[position] = (hash >> 32) << 32 | UInt64(other + 1)
    }

    private func position(_ hash: UInt64, _ index: Int) -> Int {
        var position = Int(truncatingIfNeeded: hash >> 32) & mask
        while unsafe Int(slots[position] & 0xffff_ffff) != index + 1 { position = (position + 1) & mask }
        return position
    }

    private mutating func grow() {
        let old = unsafe slots
        let oldCount = mask + 1
        mask = oldCount * 2 - 1
        unsafe slots = .allocate(capacity: mask + 1)
        unsafe slots.initialize(repeating: 0, count: mask + 1)
        for position in 0..<oldCount where unsafe old[position] != 0 {
            var to = unsafe Int(truncatingIfNeeded: old[position] >> 32) & mask
            while unsafe slots[to] != 0 { to = (to + 1) & mask }
            unsafe slots[to] = unsafe old[position]
        }
        unsafe old.deallocate()
    }
}
