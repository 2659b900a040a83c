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
        let snapshot = try StoreSnapshot(of: disk)
        for shard in 0..<shardCount {
            let rows = try snapshot.shard(shard)
            for row in try rows.rows(.state) { read(row.key, row.value) }
            for row in try rows.rows(.inbox) {
                let stored = try Self.invocation(row.value)
                if stored.service == AuditedServices.clock { continue }
                if stored.isGone {
                    goneCount += 1
                    continue
                }
                queued.append(Queued(queue: "\(row.key.dropLast(8))", id: Self.id(stored)))
            }
            for row in try rows.rows(.timers) where !row.value.isEmpty {
                timers.append(Self.id(try Self.invocation(row.value)))
            }
            queueCount += try rows.rows(.meta, prefix: [UInt8(ascii: "q")]).count
        }
    }

    private mutating func read(_ key: [UInt8], _ value: [UInt8]) {
        guard let object = ObjectRowKey(key) else { return }
        let target = Target(object)
        let name = String(decoding: object.name, as: UTF8.self)
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
