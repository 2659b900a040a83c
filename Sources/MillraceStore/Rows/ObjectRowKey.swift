/// What the key of an object's row says: whose row it is, and what it is called there. Rows of the families `state`, `promises` and
/// `inbox` have such keys.
package struct ObjectRowKey: Hashable, Sendable {
    package let service: String
    /// The object's key.
    package let key: [UInt8]
    /// What comes behind: the name of a state value or of a promise, or the number of a queued invocation.
    package let name: [UInt8]

    /// - Parameter row: the row's whole key, which begins with the shard's two bytes. Returns `nil` where it is no such key.
    package init?(_ row: [UInt8]) {
        guard let objectCount = unsafe row.withUnsafeBytes({ unsafe ShardStore.objectCount($0) }) else { return nil }
        let serviceEnd = 3 + Int(row[2])
        service = String(decoding: row[3..<serviceEnd], as: UTF8.self)
        key = Array(row[(serviceEnd + 4)..<objectCount])
        name = Array(row[objectCount...])
    }
}
