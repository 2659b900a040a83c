import MillraceEngine
import MillraceStore

/// What a disk holds of durable execution, as a process that opens it would see it.
struct ScriptRows {
    /// The lists of objects.
    private(set) var lists: [Target: [String]] = [:]
    /// Rows that must be gone when nothing is left to do, in words.
    private(set) var left: [String] = []
    /// Rows that are kept for a time, in words.
    private(set) var kept: [String] = []

    init(_ disk: any Disk, shardCount: Int) throws {
        for shard in 0..<shardCount {
            let store = ShardStore(
                shard: shard, disk: disk,
                limits: ShardLimits(overlayBytes: 1 << 30, blockBytes: 1 << 30, tableBytes: 1 << 30))
            _ = try store.recover()
            let lower = [UInt8(shard >> 8), UInt8(shard & 0xff)]
            let upper = ShardStore.end(ofPrefix: lower)
            for row in try store.scan(.state, from: lower, to: upper) {
                let target = Self.target(row.key)
                lists[target] = String(decoding: row.value, as: UTF8.self).split(separator: " ").map(String.init)
                if target.service == ScriptedServices.workflow { kept.append("the state of \(target)") }
            }
            for row in try store.scan(.promises, from: lower, to: upper) {
                kept.append("a promise of \(Self.target(row.key))")
            }
            for row in try store.scan(.invocations, from: lower, to: upper) {
                // A record begins with its version and its status, of which 3 is completed; it is kept for its result.
                let isCompleted = row.value.count > 1 && row.value[1] == 3
                let text = "a record of status \(row.value.dropFirst().first ?? 0)"
                if isCompleted { kept.append(text) } else { left.append(text) }
            }
            for row in try store.scan(.timers, from: lower, to: upper) {
                // A timer ends with the number of its wait; the last of all forgets a kept result.
                let isPurge = row.key.suffix(4).allSatisfy { $0 == 0xff }
                if isPurge { kept.append("a timer of a kept result") } else { left.append("a timer") }
            }
            left += try store.scan(.journal, from: lower, to: upper).map { _ in "a part of a journal" }
            left += try store.scan(.inbox, from: lower, to: upper).map { _ in "a queued invocation" }
            left += try store.scan(.meta, from: lower + [UInt8(ascii: "q")], to: lower + [UInt8(ascii: "q") + 1])
                .map { _ in "a queue's header" }
            left += try store.scan(.outbox, from: lower, to: upper).map { _ in "a stored record" }
        }
    }

    /// A row's key is its shard, the length of the service's name, the name, the length of the key, the key, another name.
    private static func target(_ key: [UInt8]) -> Target {
        let serviceEnd = 3 + Int(key[2])
        let keyCount = key[serviceEnd..<serviceEnd + 4].reduce(0) { $0 << 8 | Int($1) }
        return Target(
            service: String(decoding: key[3..<serviceEnd], as: UTF8.self),
            key: String(decoding: key[(serviceEnd + 4)..<(serviceEnd + 4 + keyCount)], as: UTF8.self))
    }
}
