import Millrace
import MillraceStore

/// State that goes by itself after a time.
///
/// Beside a value, or an object, that does not last for ever there is a row in `meta`, with the time at which it is gone, and a timer. A
/// change moves the time and leaves the timer alone; a timer that fires too early is set anew. So that a value that changes all the time
/// does not change its row as often, the time is rounded up to a sixty-fourth of how long the value lasts.
///
/// ```text
/// expiry row   := shard(2) "e" kind(1) service key name → due(8), little-endian
/// timer's value := kind(1) service key name
/// ```
/// Kind 0 is a value, and kind 1 an object, whose name is left out.
extension Shard {
    private enum Kind {
        static let value: UInt8 = 0
        static let object: UInt8 = 1
    }

    private static let roundings: Int64 = 64

    private func select(_ kind: UInt8, _ row: UnsafeRawBufferPointer) {
        rowKey.truncate(to: 2)
        rowKey.append(UInt8(ascii: "e"))
        rowKey.append(kind)
        unsafe rowKey.append(UnsafeRawBufferPointer(rebasing: row[2...]))
    }

    private func selectedExpiry() throws(StoreError) -> UInt64? {
        guard let value = try unsafe store.get(.meta, rowKey.bytes), value.count == 8 else { return nil }
        return unsafe UInt64(littleEndian: value.loadUnaligned(as: UInt64.self))
    }

    /// Whether a state row's time, or that of its object, is over.
    ///
    /// - Parameter objectCount: how many bytes of the row's key name the object.
    func isExpired(_ row: borrowing RowKey, objectCount: Int) throws(StoreError) -> Bool {
        let time = UInt64(max(0, now))
        unsafe select(Kind.value, row.bytes)
        if let due = try selectedExpiry(), due <= time { return true }
        return try isObjectExpired(row, objectCount, time)
    }

    private func isObjectExpired(
        _ row: borrowing RowKey, _ objectCount: Int, _ time: UInt64
    ) throws(StoreError) -> Bool {
        unsafe select(Kind.object, UnsafeRawBufferPointer(rebasing: row.bytes[..<objectCount]))
        return try selectedExpiry().map { $0 <= time } ?? false
    }

    /// A state row is about to be set: it lasts from now on, and so does its object; 0 means for ever.
    func extendLife(
        _ row: borrowing RowKey, objectCount: Int, valueMilliseconds: Int64, objectMilliseconds: Int64
    ) throws {
        if objectMilliseconds > 0 {
            // What is over, and not yet gone, must not come back with the new value.
            if try isObjectExpired(row, objectCount, UInt64(max(0, now))) {
                try clear(object: unsafe [UInt8](row.bytes[..<objectCount]))
            }
            unsafe select(Kind.object, UnsafeRawBufferPointer(rebasing: row.bytes[..<objectCount]))
            try extendSelected(milliseconds: objectMilliseconds)
        }
        if valueMilliseconds > 0 {
            unsafe select(Kind.value, row.bytes)
            try extendSelected(milliseconds: valueMilliseconds)
        }
    }

    private func extendSelected(milliseconds: Int64) throws(StoreError) {
        let step = UInt64(max(1, milliseconds / Self.roundings))
        let due = (UInt64(max(0, now)) + UInt64(milliseconds) + step - 1) / step * step
        let known = try selectedExpiry()
        guard known != due, known == nil || settings.mistake != .livesAreNotExtended else { return }
        unsafe withUnsafeBytes(of: due.littleEndian) { unsafe store.put(.meta, rowKey.bytes, $0) }
        guard known == nil else { return }
        pendingExpiries.append((unsafe [UInt8](rowKey.bytes[3...]), due))
    }

    /// Sets the timers of what a kept slice has given a time.
    func dispatchExpiries() {
        for (subject, due) in pendingExpiries { storeExpiry(subject, due: due) }
        pendingExpiries.removeAll(keepingCapacity: true)
    }

    private func storeExpiry(_ subject: [UInt8], due: UInt64) {
        storeTimer(
            due: due, InvocationNames.expiry(subject, shard: index), completion: TimerQueue.Entry.expiry,
            value: subject)
    }

    /// A timer of something that does not last has fired.
    func expire(_ subject: [UInt8]) throws {
        guard let kind = subject.first else { return }
        rowKey.truncate(to: 2)
        rowKey.append(UInt8(ascii: "e"))
        unsafe subject.withUnsafeBytes { unsafe rowKey.append($0) }
        guard let due = try selectedExpiry() else { return }
        guard due <= UInt64(max(0, now)) else { return storeExpiry(subject, due: due) }
        unsafe store.delete(.meta, rowKey.bytes)
        rowKey.truncate(to: 2)
        unsafe subject.withUnsafeBytes { unsafe rowKey.append(UnsafeRawBufferPointer(rebasing: $0[1...])) }
        let row = unsafe [UInt8](rowKey.bytes)
        if kind == Kind.object {
            try clear(object: row)
        } else if let objectCount = unsafe row.withUnsafeBytes({ unsafe ShardStore.objectCount($0) }) {
            unsafe row.withUnsafeBytes { unsafe store.delete(.state, $0, objectCount: objectCount) }
        }
    }

    /// Deletes all state of an object, by the bytes that its rows' keys begin with.
    func clear(object prefix: [UInt8]) throws {
        for key in try unsafe prefix.withUnsafeBytes({ try unsafe store.objectKeys($0) }) {
            unsafe key.withUnsafeBytes { unsafe store.delete(.state, $0, objectCount: prefix.count) }
        }
    }
}
