import Millrace
import MillraceEngine
import MillraceStore

/// What a disk holds of durable execution, as a process that opens it would see it.
struct ScriptRows {
    /// The lists of objects.
    private(set) var lists: [Target: [String]] = [:]
    /// Those that do not last.
    private(set) var expiring: [Target: [String]] = [:]
    /// What is kept of invocations.
    private(set) var records: [InvocationID: InvocationRecord] = [:]
    /// How many rows their journals have.
    private(set) var chunks: [InvocationID: Int] = [:]
    /// Rows that must be gone when nothing is left to do, in words.
    private(set) var left: [String] = []
    /// Rows that are kept for a time, in words.
    private(set) var kept: [String] = []

    init(_ disk: any Disk, shardCount: Int) throws {
        let snapshot = try StoreSnapshot(of: disk)
        for shard in 0..<shardCount { try read(try snapshot.shard(shard)) }
    }

    private mutating func read(_ rows: ShardSnapshot) throws {
        for row in try rows.rows(.state) {
            guard let object = ObjectRowKey(row.key) else { continue }
            let target = Target(object)
            let list = String(decoding: row.value, as: UTF8.self).split(separator: " ").map(String.init)
            if String(decoding: object.name, as: UTF8.self) == ScriptedServices.expiringName {
                expiring[target] = list
                kept.append("a list of \(target) that does not last")
            } else {
                lists[target] = list
                if target.service == ScriptedServices.workflow { kept.append("the state of \(target)") }
            }
        }
        for row in try rows.rows(.promises) {
            kept.append("a promise of \(ObjectRowKey(row.key).map { "\(Target($0))" } ?? "?")")
        }
        for row in try rows.rows(.invocations) {
            guard let id = InvocationID(bytes: row.key.dropFirst(2)) else { continue }
            let record = try unsafe row.value.withUnsafeBytes { try unsafe InvocationRecord(decoding: $0) }
            records[id] = record
            if record.status == .completed {
                kept.append("the result of an invocation")
            } else {
                left.append("a record of an invocation that is \(record.status)")
            }
        }
        var journals: [InvocationID: Int] = [:]
        for row in try rows.rows(.journal) {
            guard let id = InvocationID(bytes: row.key.dropFirst(2).dropLast(4)) else { continue }
            journals[id, default: 0] += 1
        }
        chunks.merge(journals) { $1 }
        for (id, count) in journals {
            if records[id]?.status == .completed, records[id]?.chunks ?? 0 == count {
                kept.append("the journal of an invocation")
            } else {
                left.append("\(count) parts of a journal")
            }
        }
        for row in try rows.rows(.timers) {
            if TimerQueue.Entry(row: row.key)?.isHousekeeping == true {
                kept.append("a timer of something that is kept")
            } else {
                left.append("a timer")
            }
        }
        for _ in try rows.rows(.meta, prefix: [UInt8(ascii: "e")]) { kept.append("the time of what does not last") }
        left += try rows.rows(.inbox).map { _ in "a queued invocation" }
        left += try rows.rows(.meta, prefix: [UInt8(ascii: "q")]).map { _ in "a queue's header" }
        left += try rows.rows(.outbox).map { _ in "a stored record" }
    }
}
