import MillraceEngine
import MillraceStore

/// What a disk holds for all shards, as a process that opens it would see it, by the audited lists.
struct DurableState {
    /// A queued invocation, by the queue's target: for a service without keys the queue is named by the invocation.
    struct Queued {
        let queue: String
        let id: String
    }

    /// The lists by target.
    private(set) var lists: [Target: [String]] = [:]
    /// The ticks that were taken, by schedule.
    private(set) var ticks: [String: [Int64]] = [:]
    private(set) var queued: [Queued] = []
    /// Places in queues of what was cancelled there.
    private(set) var goneCount = 0
    /// Commands that wait for their time.
    private(set) var timers: [String] = []
    private(set) var queueCount = 0

    init(_ disk: any Disk, shardCount: Int) throws {
        for shard in 0..<shardCount {
            let store = ShardStore(
                shard: shard, disk: disk,
                limits: ShardLimits(overlayBytes: 1 << 30, blockBytes: 1 << 30, tableBytes: 1 << 30))
            _ = try store.recover()
            let lower = [UInt8(shard >> 8), UInt8(shard & 0xff)]
            let upper = ShardStore.end(ofPrefix: lower)
            for row in try store.scan(.state, from: lower, to: upper) { read(row.key, row.value) }
            for row in try store.scan(.inbox, from: lower, to: upper) {
                let stored = try Self.invocation(row.value)
                if stored.service == AuditedServices.clock { continue }
                if stored.isGone {
                    goneCount += 1
                    continue
                }
                queued.append(Queued(queue: "\(row.key.dropLast(8))", id: Self.id(stored)))
            }
            for row in try store.scan(.timers, from: lower, to: upper) where !row.value.isEmpty {
                timers.append(Self.id(try Self.invocation(row.value)))
            }
            queueCount += try store.scan(
                .meta, from: lower + [UInt8(ascii: "q")], to: lower + [UInt8(ascii: "q") + 1]
            ).count
        }
    }

    private mutating func read(_ key: [UInt8], _ value: [UInt8]) {
        let serviceEnd = 3 + Int(key[2])
        let keyCount = key[serviceEnd..<serviceEnd + 4].reduce(0) { $0 << 8 | Int($1) }
        let keyEnd = serviceEnd + 4 + keyCount
        let target = Target(
            service: String(decoding: key[3..<serviceEnd], as: UTF8.self),
            key: String(decoding: key[(serviceEnd + 4)..<keyEnd], as: UTF8.self))
        let name = String(decoding: key[keyEnd...], as: UTF8.self)
        let text = String(decoding: value, as: UTF8.self)
        if target.service == AuditedServices.clock {
            ticks[target.key] = text.split(separator: " ").map { Int64($0) ?? -1 }
        } else if name == ValueList.name {
            lists[target] = text.split(separator: " ").map(String.init)
        } else if name.hasPrefix(RowList.prefix) {
            // Rows come in the order of their names, which is that of the list.
            lists[target, default: []].append(text)
        }
    }

    private static func invocation(_ bytes: [UInt8]) throws -> StoredInvocation {
        try unsafe bytes.withUnsafeBytes { try unsafe StoredInvocation(decoding: $0) }
    }

    private static func id(_ stored: StoredInvocation) -> String {
        String(decoding: stored.payload.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }
}
