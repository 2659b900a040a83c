/// Makes commands, and remembers what must come of them.
struct CrashLoad {
    /// An object.
    struct Target: Hashable, CustomStringConvertible {
        let service: String
        let key: String
        var description: String { "\(service)/\(key)" }
    }

    /// A record of a topic.
    struct Record {
        let key: String
        let value: String
    }

    /// What must be found in the end.
    struct Expectation {
        /// For each object the ids of its own records, in order.
        var own: [Target: [String]] = [:]
        /// For each object, and for each other one that sent to it, the entries, in order.
        var sent: [Target: [Target: [String]]] = [:]
        /// Entries that timers, calls, requests under a key and workflows make, in no order.
        var unordered: [Target: Set<String>] = [:]
        /// How many records wait in all durable ways.
        var durable = 0
        /// What each object emits, in order.
        var emitted: [Target: [String]] = [:]
        var count = 0
    }

    /// Topics and the services that they go to; records of `relay` end up in `Ledger`.
    static let topics = ["ledger": "Ledger", "bag": "Bag", "relay": "Ledger"]

    private(set) var expectation = Expectation()
    private var random: CrashRandom
    private let keys: Int
    private var number = 0

    init(seed: UInt64, keys: Int) {
        random = CrashRandom(seed: seed)
        self.keys = keys
    }

    /// The next record of a topic.
    ///
    /// - Parameter hasOutput: whether there is somewhere to emit to.
    mutating func next(topic: String, hasOutput: Bool = true) -> Record {
        number += 1
        let id = "\(topic.prefix(1))\(number)"
        let service = Self.topics[topic] ?? "Ledger"
        // Objects of different topics differ, because records of different topics have no order.
        let key = "\(topic.prefix(1))k\(random.within(0...keys - 1))"
        let target = Target(service: service, key: key)
        var operations: [String] = []
        // What was sent on is parked where it fails for good, and its key with it.
        let isDoomed = topic != "relay" && random.chance(2)
        if isDoomed { operations.append("x") }
        if random.chance(3) { operations.append("f:\(random.within(1...3))") }
        // What waits after its effects keeps them, also where it then fails for good.
        if service == "Bag", !isDoomed, random.chance(10) { operations.append("w:\(random.within(1...40))") }
        let sends = random.chance(25)
        if sends {
            let other = Target(
                service: random.chance(50) ? "Ledger" : "Bag", key: "s\(random.within(0...keys - 1))")
            operations.append("s:\(other)")
            if !isDoomed { expectation.sent[other, default: [:]][target, default: []].append(id + ">") }
        }
        if random.chance(20) {
            operations.append("t:\(random.within(1...1500))")
            if !isDoomed { expectation.unordered[target, default: []].insert(id + "@") }
        }
        if hasOutput, random.chance(40) {
            operations.append("e")
            if !isDoomed { expectation.emitted[target, default: []].append(id) }
        }
        if service == "Bag", !isDoomed, random.chance(8) {
            operations.append("d")
            expectation.durable += 1
            expectation.unordered[Target(service: "Teller", key: "t" + key), default: []].insert(id + "&")
            expectation.unordered[Target(service: "Ledger", key: "i" + key), default: []].insert(id + "#")
            expectation.unordered[Target(service: "Ledger", key: "w" + id), default: []].insert(id + "~")
        }
        if !isDoomed { expectation.own[target, default: []].append(id) }
        expectation.count += 1
        return Record(key: key, value: ([id, key] + operations).joined(separator: " "))
    }
}
