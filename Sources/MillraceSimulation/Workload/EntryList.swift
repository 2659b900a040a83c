import Millrace

/// The list that an audited handler appends to.
protocol EntryList: Sendable {
    func entries() throws -> [String]
    func append(_ entry: String) throws
}

/// A list in one value.
struct ValueList: EntryList {
    static let name = "list"
    private static var key: StateKey<String> { StateKey(name, serde: .text) }
    let context: ObjectContext

    func entries() throws -> [String] { try context.get(Self.key)?.split(separator: " ").map(String.init) ?? [] }

    func append(_ entry: String) throws {
        let before = try context.get(Self.key)
        context.set(Self.key, before.map { "\($0) \(entry)" } ?? entry)
    }
}

/// A list with a value for each entry, and their number beside them.
struct RowList: EntryList {
    static let prefix = "i/"
    private static var count: StateKey<String> { StateKey("n", serde: .text) }
    let context: ObjectContext

    func entries() throws -> [String] {
        let names = try context.stateNames().filter { $0.hasPrefix(Self.prefix) }
        let count = Int(try context.get(Self.count) ?? "0") ?? -1
        guard names.count == count else {
            throw InconsistentState(description: "\(context.key) has \(count) entries, and lists \(names)")
        }
        return try names.map { name in
            guard let entry = try context.get(StateKey<String>(name, serde: .text)) else {
                throw InconsistentState(description: "\(context.key) lists \(name), and does not have it")
            }
            return entry
        }
    }

    func append(_ entry: String) throws {
        let count = Int(try context.get(Self.count) ?? "0") ?? 0
        let number = String(count)
        let name = Self.prefix + String(repeating: "0", count: max(0, 5 - number.count)) + number
        context.set(StateKey<String>(name, serde: .text), entry)
        context.set(Self.count, String(count + 1))
    }
}

/// A list that only the output shows.
struct EmittedList: EntryList {
    let context: ServiceContext
    func entries() -> [String] { [] }
    func append(_ entry: String) { context.emit(topic: "relayed", value: Array(entry.utf8)) }
}

/// A handler's view of its state contradicts itself.
struct InconsistentState: Error, CustomStringConvertible { let description: String }
