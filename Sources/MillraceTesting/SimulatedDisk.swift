package import MillraceStore
import Synchronization

/// A disk in memory that forgets, in a crash, what was not synced: it keeps the synced writes, or any longer prefix of the
/// writes.
///
/// Safe to use from any thread; the simulator uses it from one.
package final class SimulatedDisk: Disk {
    /// One change of a write.
    package enum Change: Sendable {
        case put(Family, [UInt8], [UInt8])
        case delete(Family, [UInt8])
        case deleteRange(Family, [UInt8], [UInt8])
    }

    private struct State: Sendable {
        /// What the synced writes left.
        var base = SimulatedRows()
        /// What all writes left.
        var current = SimulatedRows()
        var unsynced: [[Change]] = []
        var failure: StoreError?
        var writes = 0
        var openSnapshots = 0
    }

    private let state = Mutex(State())

    package init() {}

    // MARK: Faults

    /// How many writes have been made.
    package var writeCount: Int { state.withLock { $0.writes } }
    /// How many writes a crash may lose.
    package var unsyncedCount: Int { state.withLock { $0.unsynced.count } }

    /// Loses all writes but the synced ones and the first `keeping` of the others.
    package func crash(keeping: Int) {
        state.withLock { state in
            for write in state.unsynced.prefix(keeping) { state.base.apply(write) }
            state.unsynced.removeAll()
            state.current = state.base
            state.failure = nil
        }
    }

    /// How many writes a crash may lose: those with blocks, and the others.
    package var unsyncedKinds: (blocks: Int, others: Int) {
        state.withLock { state in
            let blocks = state.unsynced.count(where: Self.hasBlock)
            return (blocks, state.unsynced.count - blocks)
        }
    }

    /// Loses writes as a disk does that makes families durable at times of their own: of the writes with blocks it keeps the
    /// first `blocks` of those that were not synced, of the other writes the first `others`, whichever came first.
    package func crash(keepingBlocks blocks: Int, others: Int) {
        state.withLock { state in
            var left = (blocks: blocks, others: others)
            for write in state.unsynced {
                if Self.hasBlock(write) {
                    if left.blocks > 0 { state.base.apply(write) }
                    left.blocks -= 1
                } else {
                    if left.others > 0 { state.base.apply(write) }
                    left.others -= 1
                }
            }
            state.unsynced.removeAll()
            state.current = state.base
            state.failure = nil
        }
    }

    private static func hasBlock(_ write: [Change]) -> Bool {
        write.contains { if case .put(.batches, _, _) = $0 { true } else { false } }
    }

    /// Makes every write and sync fail, until it is called with `nil`.
    package func fail(with error: StoreError?) { state.withLock { $0.failure = error } }

    // MARK: Disk

    package func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool {
        let key = unsafe [UInt8](key)
        guard let value = state.withLock({ $0.current.value(family, key) }) else { return false }
        unsafe value.withUnsafeBytes { unsafe body($0) }
        return true
    }

    package func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        let rows = state.withLock { $0.current.rows(family, from: lower, to: upper) }
        for (key, value) in rows {
            let goesOn = unsafe key.withUnsafeBytes { key in unsafe value.withUnsafeBytes { unsafe visit(key, $0) } }
            if !goesOn { return }
        }
    }

    package func makeBatch() -> any DiskBatch { SimulatedBatch() }

    package func write(_ batch: any DiskBatch) throws(StoreError) {
        guard let batch = batch as? SimulatedBatch else {
            throw .failed(directory: "simulated", reason: "a batch of another disk")
        }
        let changes = batch.changes
        if let failure = state.withLock({ $0.failure }) { throw failure }
        state.withLock { state in
            state.current.apply(changes)
            state.unsynced.append(changes)
            state.writes += 1
        }
    }

    package func sync() throws(StoreError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        state.withLock { state in
            for write in state.unsynced { state.base.apply(write) }
            state.unsynced.removeAll()
        }
    }
}

extension SimulatedDisk {
    package func snapshot() throws(StoreError) -> any DiskSnapshot {
        let rows = state.withLock { state in
            state.openSnapshots += 1
            return state.current
        }
        return SimulatedSnapshot(of: rows) { self.state.withLock { $0.openSnapshots -= 1 } }
    }

    /// How many snapshots have not been closed.
    package var openSnapshots: Int { state.withLock { $0.openSnapshots } }
}

/// The rows of a simulated disk at one moment.
final class SimulatedSnapshot: DiskSnapshot {
    private let rows: Mutex<SimulatedRows?>
    private let onClose: @Sendable () -> Void

    init(of rows: SimulatedRows, onClose: @escaping @Sendable () -> Void) {
        self.rows = Mutex(rows)
        self.onClose = onClose
    }

    deinit { close() }

    func close() {
        let wasOpen = rows.withLock { rows in
            defer { rows = nil }
            return rows != nil
        }
        if wasOpen { onClose() }
    }

    private func open() throws(StoreError) -> SimulatedRows {
        guard let rows = rows.withLock({ $0 }) else {
            throw .failed(directory: "simulated", reason: "a snapshot of it was read after it was closed")
        }
        return rows
    }

    func get(
        _ family: Family, _ key: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) -> Bool {
        guard let value = unsafe try open().value(family, [UInt8](key)) else { return false }
        unsafe value.withUnsafeBytes { unsafe body($0) }
        return true
    }

    func scan(
        _ family: Family, from lower: [UInt8], to upper: [UInt8],
        _ visit: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(StoreError) {
        for (key, value) in try open().rows(family, from: lower, to: upper) {
            let goesOn = unsafe key.withUnsafeBytes { key in unsafe value.withUnsafeBytes { unsafe visit(key, $0) } }
            if !goesOn { return }
        }
    }
}

/// Rows by family, in the order of their keys.
struct SimulatedRows: Sendable {
    private struct Sorted: Sendable {
        var keys: [[UInt8]] = []
        var values: [[UInt8]] = []

        /// The position of the first key that is not below `key`.
        func position(_ key: [UInt8]) -> Int {
            var low = 0
            var high = keys.count
            while low < high {
                let middle = (low + high) / 2
                if keys[middle].lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private var families = [Sorted](repeating: Sorted(), count: Family.allCases.count)

    func value(_ family: Family, _ key: [UInt8]) -> [UInt8]? {
        let sorted = families[Int(family.rawValue)]
        let at = sorted.position(key)
        return at < sorted.keys.count && sorted.keys[at] == key ? sorted.values[at] : nil
    }

    func rows(_ family: Family, from lower: [UInt8], to upper: [UInt8]) -> [([UInt8], [UInt8])] {
        let sorted = families[Int(family.rawValue)]
        let from = sorted.position(lower)
        let to = max(from, sorted.position(upper))
        return (from..<to).map { (sorted.keys[$0], sorted.values[$0]) }
    }

    mutating func apply(_ changes: [SimulatedDisk.Change]) {
        for change in changes {
            switch change {
            case .put(let family, let key, let value):
                let at = families[Int(family.rawValue)].position(key)
                if at < families[Int(family.rawValue)].keys.count, families[Int(family.rawValue)].keys[at] == key {
                    families[Int(family.rawValue)].values[at] = value
                } else {
                    families[Int(family.rawValue)].keys.insert(key, at: at)
                    families[Int(family.rawValue)].values.insert(value, at: at)
                }
            case .delete(let family, let key):
                let at = families[Int(family.rawValue)].position(key)
                if at < families[Int(family.rawValue)].keys.count, families[Int(family.rawValue)].keys[at] == key {
                    families[Int(family.rawValue)].keys.remove(at: at)
                    families[Int(family.rawValue)].values.remove(at: at)
                }
            case .deleteRange(let family, let lower, let upper):
                let from = families[Int(family.rawValue)].position(lower)
                let to = max(from, families[Int(family.rawValue)].position(upper))
                families[Int(family.rawValue)].keys.removeSubrange(from..<to)
                families[Int(family.rawValue)].values.removeSubrange(from..<to)
            }
        }
    }
}

/// A batch for a simulated disk.
package final class SimulatedBatch: DiskBatch {
    package private(set) var changes: [SimulatedDisk.Change] = []
    package private(set) var byteCount = 0

    package init(_ changes: [SimulatedDisk.Change] = []) { self.changes = changes }

    package func put(_ family: Family, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        unsafe changes.append(.put(family, [UInt8](key), [UInt8](value)))
        byteCount += key.count + value.count
    }

    package func delete(_ family: Family, _ key: UnsafeRawBufferPointer) {
        unsafe changes.append(.delete(family, [UInt8](key)))
        byteCount += key.count
    }

    package func deleteRange(_ family: Family, from lower: [UInt8], to upper: [UInt8]) {
        changes.append(.deleteRange(family, lower, upper))
        byteCount += lower.count + upper.count
    }

    package func removeAll() {
        changes.removeAll(keepingCapacity: true)
        byteCount = 0
    }
}
