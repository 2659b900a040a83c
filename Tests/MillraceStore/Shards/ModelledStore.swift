import MillraceStore
import MillraceTesting
import TestKit
import Testing

/// A ``ShardStore`` that does random things, and beside it what it should hold, kept in dictionaries.
final class ModelledStore {
    /// What a shard holds: by family and key.
    struct Model: Equatable {
        var rows: [Family: [[UInt8]: [UInt8]]] = [:]

        subscript(family: Family, key: [UInt8]) -> [UInt8]? {
            get { rows[family]?[key] }
            set { rows[family, default: [:]][key] = newValue }
        }

        /// The rows of a range, in order.
        func range(_ family: Family, _ lower: [UInt8], _ upper: [UInt8]) -> [[[UInt8]]] {
            (rows[family] ?? [:]).filter { !precedes($0.key, lower) && precedes($0.key, upper) }
                .sorted { precedes($0.key, $1.key) }.map { [$0.key, $0.value] }
        }

        private func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.lexicographicallyPrecedes(b) }
    }

    static let shard = 3
    static let families: [Family] = [.state, .inbox, .timers, .promises]

    let disk = CrashingDisk()
    private(set) var random: SeededGenerator
    private let limits: ShardLimits
    private let writeBytes: Int
    private var shardStore: ShardStore
    private var store: Store
    private var writeBack: WriteBackRun?
    /// What the open batch makes of the last one.
    private(set) var model = Model()
    /// What each batch left, by its number, and what it sent.
    private var left: [UInt64: Model] = [0: Model()]
    private var messages: [UInt64: [UInt8]] = [:]
    /// The last batch of each commit.
    private var batchOfCommit: [UInt64: UInt64] = [:]
    /// Batches up to it are durable, and messages of batches up to it need not be kept.
    private var durableBatch: UInt64 = 0
    private var released: UInt64 = 0
    private var time: Int64 = 0
    /// How often a value was found decoded.
    private(set) var decodedReads = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        limits = ShardLimits(
            overlayBytes: [300, 2_000, 20_000].randomElement(using: &random) ?? 300,
            blockBytes: [500, 1 << 20].randomElement(using: &random) ?? 500, overlayMilliseconds: 50,
            tableBytes: [500, 5_000, 1 << 20].randomElement(using: &random) ?? 500,
            decodedBytes: [0, 200, 2_000, 1 << 20].randomElement(using: &random))
        writeBytes = [1, 200, 100_000].randomElement(using: &random) ?? 1
        shardStore = ShardStore(shard: Self.shard, disk: disk, limits: limits, encodeValue: ModelledValue.encode)
        store = Store(disk: disk)
    }

    // MARK: Doing things

    /// Does one random thing, and compares what comes back with the model.
    func step() throws {
        time += 1
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: change()
        case 20..<35: try invoke()
        case 35..<50: try read()
        case 50..<55: try scan()
        case 55..<60: try list()
        case 60..<63: try clear()
        case 63..<80: try commit()
        case 80..<86: try sync()
        default: try stepWriteBack()
        }
    }

    private func change() {
        if random.chance(20) { return changeNew() }
        let family: Family = random.chance(70) ? .state : .meta
        let key = family == .state ? stateKey() : otherKey()
        if random.chance(70) { put(family, key, value()) } else { delete(family, key) }
    }

    /// Adds a row that does not exist, as queues and timers do, or deletes one.
    private func changeNew() {
        let family: Family = random.chance(50) ? .inbox : .timers
        let key = otherKey()
        guard model[family, key] == nil else { return delete(family, key) }
        let value = value()
        model[family, key] = value
        unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { unsafe shardStore.putNew(family, key, $0) }
        }
    }

    private func put(_ family: Family, _ key: [UInt8], _ value: [UInt8]) {
        model[family, key] = value
        if family == .state, random.chance(40) {
            return unsafe key.withUnsafeBytes {
                unsafe shardStore.putDecoded(
                    family, $0, ModelledValue(value), byteCount: value.count, objectCount: Self.objectCount)
            }
        }
        unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes {
                unsafe shardStore.put(family, key, $0, objectCount: family == .state ? Self.objectCount : 0)
            }
        }
    }

    private func delete(_ family: Family, _ key: [UInt8]) {
        model[family, key] = nil
        unsafe key.withUnsafeBytes {
            unsafe shardStore.delete(family, $0, objectCount: family == .state ? Self.objectCount : 0)
        }
    }

    /// Makes changes that stay, or that are taken back.
    private func invoke() throws {
        let before = model
        shardStore.beginInvocation()
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: try clear()
            case 1..<3: try read()
            default: change()
            }
        }
        if random.chance(50) {
            shardStore.keepInvocation()
        } else {
            shardStore.rollBackInvocation()
            model = before
        }
    }

    private func commit() throws {
        let framed = random.chance(30) ? [3] + random.bytes(3) : []
        if shardStore.hasChanges || !framed.isEmpty {
            let batch = disk.makeBatch()
            let number = unsafe framed.withUnsafeBytes { unsafe shardStore.endBatch(into: batch, messages: $0) }
            // Known before the write: a write that fails may have been made.
            left[number] = model
            messages[number] = framed.isEmpty ? nil : Array(framed.dropFirst())
            let commit = try store.commit(batch)
            batchOfCommit[commit] = number
        }
        shardStore.collectWriteBack()
        if random.chance(20) { released = UInt64.random(in: released...shardStore.lastBatch, using: &random) }
        if shardStore.shouldFreeze(nowMilliseconds: time),
            let job = shardStore.freeze(commit: store.latestCommit, released: released)
        {
            store.enqueue(job)
        }
        shardStore.evict()
        #expect(shardStore.statistics.decodedBytes <= limits.decodedBytes)
    }

    private func sync() throws {
        _ = try store.syncOnce()
        durableBatch = max(durableBatch, batchOfCommit[store.durableCommit] ?? 0)
    }

    private func stepWriteBack() throws {
        if writeBack == nil, let job = store.nextWriteBack() {
            writeBack = WriteBackRun(job, on: disk, batch: disk.makeBatch(), writeBytes: writeBytes)
        }
        guard var run = writeBack else { return }
        writeBack = try run.step() ? nil : run
    }

    // MARK: Looking

    private func read() throws {
        let family = Self.families.randomElement(using: &random) ?? .state
        let key = family == .state ? stateKey() : otherKey()
        if family == .state, random.chance(50) { return try readDecoded(key) }
        #expect(try value(family, key) == model[family, key])
    }

    /// Reads a value as it is kept decoded, if it is, or keeps what its bytes are.
    private func readDecoded(_ key: [UInt8]) throws {
        let isWanted = random.chance(80)
        try unsafe key.withUnsafeBytes { key in
            let found = try unsafe shardStore.get(.state, key, objectCount: Self.objectCount) { value in
                #expect(value is ModelledValue)
                return isWanted
            }
            if let decoded = unsafe found.decoded as? ModelledValue {
                #expect(isWanted)
                decodedReads += 1
                return unsafe #expect(decoded.bytes == model[.state, [UInt8](key)])
            }
            let bytes = unsafe found.bytes.map { unsafe [UInt8]($0) }
            #expect(bytes == model[.state, unsafe [UInt8](key)])
            if let bytes = unsafe found.bytes {
                unsafe shardStore.keepDecoded(ModelledValue([UInt8](bytes)), of: bytes, byteCount: bytes.count)
            }
        }
    }

    private func value(_ family: Family, _ key: [UInt8]) throws -> [UInt8]? {
        try unsafe key.withUnsafeBytes { key in
            try unsafe shardStore.get(family, key, objectCount: family == .state ? Self.objectCount : 0)
                .map { unsafe [UInt8]($0) }
        }
    }

    private func scan() throws {
        let family = Self.families.randomElement(using: &random) ?? .state
        let bounds = [stateKey(), otherKey(), [0, 3], [0, 4]].shuffled(using: &random).prefix(2)
            .sorted { $0.lexicographicallyPrecedes($1) }
        let limit = [1, 3, .max].randomElement(using: &random) ?? 1
        let found = try shardStore.scan(family, from: bounds[0], to: bounds[1], limit: limit).map {
            [$0.key, $0.value]
        }
        #expect(found == Array(model.range(family, bounds[0], bounds[1]).prefix(limit)))
    }

    private func keys(_ prefix: [UInt8]) throws -> [[UInt8]] {
        try unsafe prefix.withUnsafeBytes { try unsafe shardStore.objectKeys($0) }
    }

    private func list() throws {
        let prefix = Array(stateKey().prefix(Self.objectCount))
        let found = try keys(prefix).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(found == model.range(.state, prefix, ShardStore.end(ofPrefix: prefix)).map { $0[0] })
    }

    private func clear() throws {
        for key in try keys(Array(stateKey().prefix(Self.objectCount))) { delete(.state, key) }
    }

    /// Compares all rows.
    func check(_ comment: Comment? = nil) throws {
        for family in Self.families {
            let found = try shardStore.scan(family, from: [0, 3], to: [0, 4]).map { [$0.key, $0.value] }
            #expect(found == model.range(family, [0, 3], [0, 4]), comment)
            for row in found { #expect(try value(family, row[0]) == row[1], comment) }
        }
    }

    // MARK: Dying

    /// Lets the process die as it stands and another one start, which must find what some batch left, a durable one or a
    /// later one, and all messages that are not known to have arrived.
    func crash() throws {
        let kinds = disk.disk.unsyncedKinds
        if random.chance(50) {
            disk.disk.crash(keeping: Int.random(in: 0...disk.disk.unsyncedCount, using: &random))
        } else {
            disk.disk.crash(
                keepingBlocks: Int.random(in: 0...kinds.blocks, using: &random),
                others: Int.random(in: 0...kinds.others, using: &random))
        }
        disk.left = .max
        writeBack = nil
        store = Store(disk: disk)
        shardStore = ShardStore(shard: Self.shard, disk: disk, limits: limits, encodeValue: ModelledValue.encode)
        let recovery = try shardStore.recover()
        let last = shardStore.lastBatch
        #expect(last >= durableBatch)
        model = try #require(left[last])
        for (number, message) in messages where number <= last && number > released {
            #expect(recovery.messages.contains { $0.batch == number && $0.message == message })
        }
        left = left.filter { $0.key <= last }
        messages = messages.filter { $0.key <= last }
        batchOfCommit = [:]
        durableBatch = last
        released = min(released, last)
        try check("after a crash")
    }

    // MARK: Keys and values

    static let objectCount = 2 + 2 + 4 + 1

    /// One of a few state rows of a few objects.
    private func stateKey() -> [UInt8] {
        let object = UInt8.random(in: 0..<4, using: &random)
        let name = UInt8.random(in: 0..<5, using: &random)
        return [0, UInt8(Self.shard), 1, UInt8(ascii: "S"), 0, 0, 0, 1, object]
            + [UInt8](repeating: name, count: Int(name))
    }

    private func otherKey() -> [UInt8] { [0, UInt8(Self.shard), UInt8.random(in: 200..<212, using: &random)] }

    private func value() -> [UInt8] {
        let counts = [0, 1, 8, 8, 40, 40, 300, 1_024, 1_025, 3_000]
        return [UInt8](
            repeating: UInt8.random(in: 0...255, using: &random), count: counts.randomElement(using: &random) ?? 0)
    }
}

/// A value that is kept decoded: its bytes.
final class ModelledValue {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func encode(_ value: AnyObject, _ bytes: inout [UInt8]) {
        if let value = value as? ModelledValue { bytes.append(contentsOf: value.bytes) }
    }
}
