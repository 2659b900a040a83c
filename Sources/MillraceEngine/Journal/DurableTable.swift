import Millrace

/// Values by what a journal knows a result by.
///
/// Completions are numbered as they are asked for, from 1 on, so that nearly all of them have their place by number: to hash an id
/// for each of a step's four accesses costs more than all else that is done with its result.
struct DurableTable<Value> {
    private var numbered: [Value?] = []
    private var others: [DurableID: Value] = [:]
    private(set) var count = 0

    /// A number so far beyond the others has no place among them: what is stored may be damaged, and what peers send may be anything, and
    /// neither decides how much memory there is.
    private static var reach: Int { 64 }
    /// What is kept for the next use.
    private static var keptCapacity: Int { 16 }

    var isEmpty: Bool { count == 0 }

    subscript(_ id: DurableID) -> Value? {
        if case .completion(let number) = id, Int(number) < numbered.count, let value = numbered[Int(number)] {
            return value
        }
        return others.isEmpty ? nil : others[id]
    }

    /// Adds a value. Returns false, and changes nothing, where the id has one.
    @discardableResult
    mutating func insert(_ value: Value, for id: DurableID) -> Bool {
        guard self[id] == nil else { return false }
        count += 1
        guard case .completion(let number) = id, Int(number) < numbered.count + Self.reach else {
            others[id] = value
            return true
        }
        while numbered.count <= Int(number) { numbered.append(nil) }
        numbered[Int(number)] = value
        return true
    }

    mutating func removeAll() {
        guard count > 0 else { return }
        count = 0
        numbered.removeAll(keepingCapacity: numbered.capacity <= Self.keptCapacity)
        if !others.isEmpty { others = [:] }
    }
}
