import Glibc

/// What an invocation changed, so that it can be taken back: the rows as they were, newest last.
///
/// Small values are copied into one buffer that is used again and again; a large one's allocation is taken over instead.
@safe struct UndoLog: ~Copyable {
    /// Values above this are not copied.
    static let copyLimit = 1024

    @unsafe struct Entry {
        let index: Int
        /// The row as it was; what was kept decoded beside it belongs to the entry.
        let row: RowTable.Row
        /// Where the old value lies in the buffer, or -1.
        let savedStart: Int
        /// The old allocation, where it was taken over.
        let taken: UnsafeMutableRawPointer?
        /// The row was made by the change.
        let isNew: Bool
    }

    private(set) var entries: [Entry] = unsafe []
    private var saved: [UInt8] = []

    init() {
        unsafe entries.reserveCapacity(64)
        saved.reserveCapacity(16 << 10)
    }

    deinit {
        for index in unsafe entries.indices {
            unsafe free(entries[index].taken)
            unsafe entries[index].row.decoded?.release()
        }
    }

    @inline(__always) var isEmpty: Bool { unsafe entries.isEmpty }

    /// Notes a row before it gets a decoded value, and its bytes stay as they are.
    mutating func noteDecoded(_ table: RowTable, _ index: Int, isNew: Bool) {
        let row = unsafe table.rows[index]
        _ = unsafe table.takeDecoded(index)
        unsafe entries.append(Entry(index: index, row: row, savedStart: -1, taken: nil, isNew: isNew))
    }

    /// Notes a row before it is changed to a value of `newCount` bytes (-1 for a deletion), and takes its decoded value.
    mutating func note(_ table: RowTable, _ index: Int, isNew: Bool, newCount: Int) {
        let row = unsafe table.rows[index]
        let old = unsafe Int(row.valueCount)
        var start = -1
        var taken: UnsafeMutableRawPointer? = nil
        if !isNew, old >= 0 {
            if old <= Self.copyLimit {
                start = saved.count
                if let value = unsafe table.value(index) { unsafe saved.append(contentsOf: value) }
            } else {
                unsafe taken = unsafe table.replaceBytes(index, valueCapacity: max(0, newCount))
            }
        }
        _ = unsafe table.takeDecoded(index)
        unsafe entries.append(Entry(index: index, row: row, savedStart: start, taken: taken, isNew: isNew))
    }

    /// The old value of an entry, where it was copied.
    func withSaved(_ entry: Entry, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard unsafe entry.savedStart >= 0 else { return }
        unsafe saved.withUnsafeBytes {
            unsafe body(
                UnsafeRawBufferPointer(rebasing: $0[entry.savedStart..<entry.savedStart + Int(entry.row.valueCount)]))
        }
    }

    /// Forgets all: the changes stay.
    @inline(__always)
    mutating func keep() {
        if unsafe entries.isEmpty { return }
        for index in unsafe entries.indices {
            if let taken = unsafe entries[index].taken { unsafe free(taken) }
            unsafe entries[index].row.decoded?.release()
        }
        unsafe entries.removeAll(keepingCapacity: true)
        saved.removeAll(keepingCapacity: true)
    }

    /// Forgets all after the caller has put everything back (taken allocations and decoded values included).
    mutating func clearAfterRollBack() {
        unsafe entries.removeAll(keepingCapacity: true)
        saved.removeAll(keepingCapacity: true)
    }
}
