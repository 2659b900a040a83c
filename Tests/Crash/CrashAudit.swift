import MillraceEngine
import MillraceStore

/// Compares what a data directory and the output hold with what must be there.
struct CrashAudit {
    let expectation: CrashLoad.Expectation
    private(set) var faults: [String] = []

    init(_ expectation: CrashLoad.Expectation) { self.expectation = expectation }

    // MARK: State

    /// Looks at the lists of all objects, and at what is left to do, which must be nothing.
    mutating func checkState(directory: String, shardCount: Int) throws {
        let lists = try lists(directory: directory, shardCount: shardCount)
        let targets = Set(lists.keys).union(expectation.own.keys).union(expectation.sent.keys).union(
            expectation.unordered.keys)
        for target in targets.sorted(by: { "\($0)" < "\($1)" }) { check(target, lists[target] ?? []) }
    }

    /// Looks at the lists of ticks, each one of a schedule of every second: none is left out, and none is there twice.
    mutating func checkTicks(of schedules: [String], directory: String, shardCount: Int) throws {
        let lists = try lists(directory: directory, shardCount: shardCount)
        for schedule in schedules {
            let list = (lists[CrashLoad.Target(service: "Clockwork", key: schedule)] ?? []).compactMap { Int64($0) }
            guard let first = list.first, list.count > 1 else {
                faults.append("\(schedule) has ticked \(list.count) times only")
                continue
            }
            compare(
                "\(schedule): ticks", list.map { "\($0)" }, list.indices.map { "\(first + Int64($0) * 1000)" })
        }
    }

    private mutating func lists(directory: String, shardCount: Int) throws -> [CrashLoad.Target: [String]] {
        let disk = try RocksDisk.open(directory: directory, options: RocksDiskOptions(memoryBytes: 64 << 20))
        defer { disk.close() }
        var lists: [CrashLoad.Target: [String]] = [:]
        let snapshot = try StoreSnapshot(of: disk)
        defer { snapshot.close() }
        for shard in 0..<shardCount {
            let rows = try snapshot.shard(shard)
            for row in try rows.rows(.state) {
                guard let object = ObjectRowKey(row.key) else { continue }
                let target = CrashLoad.Target(
                    service: object.service, key: String(decoding: object.key, as: UTF8.self))
                lists[target] = String(decoding: row.value, as: UTF8.self).split(separator: " ").map(String.init)
            }
            for family in [Family.inbox, .timers, .journal, .invocations] {
                let left = try rows.rows(family).filter { !Self.isKept(family, $0.key, $0.value) }
                if !left.isEmpty { faults.append("shard \(shard) has \(left.count) rows of '\(family)' left") }
            }
        }
        return lists
    }

    /// Whether a row is there for a result that is kept for a day: a record of the status 3, completed, behind its version; and the
    /// timer that ends that, which has the last of all numbers.
    private static func isKept(_ family: Family, _ key: [UInt8], _ value: [UInt8]) -> Bool {
        switch family {
        case .invocations: value.count > 1 && value[1] == 3
        case .timers: key.suffix(4).allSatisfy { $0 == 0xff }
        default: false
        }
    }

    private enum Kind { case own, sent, unordered }

    /// What made an entry, by its last character.
    private static func kind(_ entry: String) -> Kind {
        switch entry.last {
        case ">": .sent
        case "@", "&", "#", "~": .unordered
        default: .own
        }
    }

    private mutating func check(_ target: CrashLoad.Target, _ list: [String]) {
        compare(
            "\(target): own records", list.filter { Self.kind($0) == .own }, expectation.own[target] ?? [])
        compare(
            "\(target): timers, calls and workflows", list.filter { Self.kind($0) == .unordered }.sorted(),
            (expectation.unordered[target] ?? []).sorted())
        let sent = list.filter { Self.kind($0) == .sent }
        let bySender = expectation.sent[target] ?? [:]
        compare("\(target): sent", sent.sorted(), bySender.values.joined().sorted())
        for (sender, entries) in bySender {
            let wanted = Set(entries)
            compare("\(target): sent by \(sender), in order", sent.filter(wanted.contains), entries)
        }
    }

    // MARK: Output

    /// A record of the output topic, by its header.
    struct Output {
        let shard: Int
        let sequence: UInt64
        let key: String
        let value: String
    }

    /// Looks at the output as a consumer does that drops what it has seen: for each shard what is not above the highest
    /// sequence number so far.
    mutating func checkOutput(_ output: [Output]) {
        var highest: [Int: UInt64] = [:]
        var seen: [Int: [UInt64: String]] = [:]
        var emitted: [String: [String]] = [:]
        for record in output {
            if record.sequence <= highest[record.shard] ?? 0 {
                // It must be what it was the first time; anything else would be lost to that consumer.
                if seen[record.shard]?[record.sequence] != record.value {
                    faults.append("\(record.value) came under \(record.shard)/\(record.sequence), which is dropped")
                }
                continue
            }
            highest[record.shard] = record.sequence
            seen[record.shard, default: [:]][record.sequence] = record.value
            emitted[record.key, default: []].append(record.value)
        }
        let wanted = Dictionary(uniqueKeysWithValues: expectation.emitted.map { ($0.key.key, $0.value) })
        for key in Set(emitted.keys).union(wanted.keys).sorted() {
            compare("output of \(key)", emitted[key] ?? [], wanted[key] ?? [])
        }
    }

    // MARK: Comparing

    private mutating func compare(_ what: String, _ found: [String], _ wanted: [String]) {
        guard found != wanted else { return }
        let missing = Self.subtract(wanted, found)
        let extra = Self.subtract(found, wanted)
        if missing.isEmpty, extra.isEmpty {
            let at = zip(found, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
            faults.append(
                "\(what): out of order from \(at) on: \(found[at...].prefix(5)) instead of \(wanted[at...].prefix(5))")
        } else {
            faults.append("\(what): lost \(missing.prefix(10)), twice or wrong \(extra.prefix(10))")
        }
    }

    /// What is left of a list when each element of the other one is taken out once.
    private static func subtract(_ list: [String], _ other: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for element in other { counts[element, default: 0] += 1 }
        return list.filter { element in
            counts[element, default: 0] -= 1
            return counts[element, default: 0] < 0
        }
    }
}
