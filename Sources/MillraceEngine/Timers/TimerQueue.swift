package import Millrace

/// The next timers of a shard, in memory: a heap of those before a horizon. Later ones are only stored, and are read when
/// the heap has run empty, so that any number of timers can be pending.
package struct TimerQueue {
    /// One timer: when it is due, the invocation it is for, and which of its waits it completes (0 for its start). Its row's key
    /// is made of all three.
    package struct Entry: Hashable, Sendable {
        package let due: UInt64
        package let id: InvocationID
        package var completion: UInt32 = 0

        /// The number of what forgets an invocation: what is kept of an invocation that has ended is to go.
        static let purge = UInt32.max
        /// The number of what ends the time of state that does not last.
        static let expiry = UInt32.max - 1
        /// The number of what forgets the journal alone of such an invocation.
        static let purgeJournal = UInt32.max - 2

        /// Whether it starts and completes nothing.
        package var isHousekeeping: Bool { completion >= Self.purgeJournal }

        init(due: UInt64, id: InvocationID, completion: UInt32 = 0) {
            self.due = due
            self.id = id
            self.completion = completion
        }

        /// The timer that a row's whole key says, or `nil` where it is no such key.
        package init?(row: [UInt8]) {
            guard row.count == 38, let id = InvocationID(bytes: row[10..<34]) else { return nil }
            func number(_ range: Range<Int>) -> UInt64 { row[range].reduce(0) { $0 << 8 | UInt64($1) } }
            self.init(due: number(2..<10), id: id, completion: UInt32(number(34..<38)))
        }

        static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            if a.due != b.due { return a.due < b.due }
            let (x, y) = (a.id, b.id)
            if x.keyHash != y.keyHash { return x.keyHash < y.keyHash }
            if x.dueMilliseconds != y.dueMilliseconds { return x.dueMilliseconds < y.dueMilliseconds }
            if x.originShard != y.originShard { return x.originShard < y.originShard }
            if x.sequence != y.sequence { return x.sequence < y.sequence }
            return a.completion < b.completion
        }
    }

    /// How many timers may be in memory.
    let limit: Int
    private var heap: [Entry] = []
    /// Entries of the heap whose rows are gone. They are passed over, and taken out when they are many.
    private var forgotten: Set<Entry> = []
    /// How many of the heap start and complete nothing, and how many of those are forgotten.
    private var housekeeping = 0
    private var forgottenHousekeeping = 0
    /// Every stored timer before it is in the heap; `nil` when all are.
    private(set) var horizon: Entry?

    init(limit: Int) { self.limit = max(2, limit) }

    /// How many timers in memory will start or complete something.
    var count: Int { heap.count - forgotten.count - (housekeeping - forgottenHousekeeping) }
    /// Whether there are stored timers that are not in the heap.
    var hasMoreStored: Bool { horizon != nil }
    /// The time of the first timer, by what is in memory.
    var nextDue: UInt64? { heap.first?.due ?? horizon?.due }

    /// Adds a timer that has just been stored.
    mutating func add(_ entry: Entry) {
        if let horizon, !Entry.precedes(entry, horizon) { return }
        // A timer that was forgotten and is there again: it is still in the heap.
        if remember(entry) { return }
        push(entry)
        if heap.count > limit { shrink() }
    }

    /// Forgets a timer that was added and not taken, and whose row has been deleted.
    mutating func forget(_ entry: Entry) {
        if let horizon, !Entry.precedes(entry, horizon) { return }
        if forgotten.insert(entry).inserted, entry.isHousekeeping { forgottenHousekeeping += 1 }
        if forgotten.count > 64, forgotten.count > heap.count / 2 { dropForgotten() } else { passOverForgotten() }
    }

    /// Takes the first timer that is due.
    mutating func popDue(now: UInt64) -> Entry? {
        guard let first = heap.first, first.due <= now else { return nil }
        defer { passOverForgotten() }
        return pop()
    }

    /// The first of the heap is never a forgotten one, so that nobody is woken for it.
    private mutating func passOverForgotten() {
        while !forgotten.isEmpty, let first = heap.first, remember(first) { _ = pop() }
    }

    /// Whether an entry was forgotten; it is so no more.
    private mutating func remember(_ entry: Entry) -> Bool {
        guard !forgotten.isEmpty, forgotten.remove(entry) != nil else { return false }
        if entry.isHousekeeping { forgottenHousekeeping -= 1 }
        return true
    }

    private mutating func dropForgotten() {
        let kept = heap.filter { !forgotten.contains($0) }
        forgotten.removeAll()
        forgottenHousekeeping = 0
        replaceHeap(kept)
    }

    private mutating func replaceHeap(_ entries: some Sequence<Entry>) {
        heap.removeAll(keepingCapacity: true)
        housekeeping = 0
        for entry in entries { push(entry) }
    }

    /// Whether timers have to be read from the store before the next can be taken.
    func needsRefill(now: UInt64) -> Bool {
        guard heap.isEmpty, let horizon else { return false }
        return horizon.due <= now
    }

    /// Takes what was read from the store, from the horizon on, in order; `isComplete` says that there is no more.
    mutating func refill(_ entries: [Entry], isComplete: Bool) {
        for entry in entries { push(entry) }
        if isComplete {
            horizon = nil
        } else if let last = entries.last {
            // The successor of the last: one number on.
            horizon = last.successor
        }
    }

    /// Before the first refill: everything is only stored.
    mutating func startAtStore() {
        replaceHeap([])
        forgotten.removeAll()
        forgottenHousekeeping = 0
        horizon = Entry(due: 0, id: InvocationID(keyHash: 0, dueMilliseconds: 0, originShard: 0, sequence: 0))
    }

    /// Keeps the earlier half in memory.
    private mutating func shrink() {
        if !forgotten.isEmpty {
            dropForgotten()
            if heap.count <= limit { return }
        }
        let sorted = heap.sorted(by: Entry.precedes)
        let keep = limit / 2
        horizon = sorted[keep]
        replaceHeap(sorted[..<keep])
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        if entry.isHousekeeping { housekeeping += 1 }
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Entry.precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() -> Entry? {
        guard let first = heap.first else { return nil }
        if first.isHousekeeping { housekeeping -= 1 }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, Entry.precedes(heap[child + 1], heap[child]) { child += 1 }
            guard Entry.precedes(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first
    }
}

extension TimerQueue.Entry {
    /// The first possible entry after this one.
    fileprivate var successor: Self {
        if completion < .max { return Self(due: due, id: id, completion: completion + 1) }
        return Self(
            due: due,
            id: InvocationID(
                keyHash: id.keyHash, dueMilliseconds: id.dueMilliseconds, originShard: id.originShard,
                sequence: id.sequence &+ 1))
    }
}
