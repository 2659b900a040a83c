import Millrace
import MillraceStore

/// What there is to see of a shard from its own thread.
extension Shard {
    /// The state of an object, by name.
    func state(service: String, key: [UInt8]) throws -> [String: [UInt8]] {
        rowKey.truncate(to: 2)
        unsafe key.withUnsafeBytes { unsafe rowKey.appendObject(service: service, key: $0) }
        let prefix = unsafe [UInt8](rowKey.bytes)
        var state: [String: [UInt8]] = [:]
        for row in try unsafe prefix.withUnsafeBytes({ key in try unsafe store.objectKeys(key) }) {
            let value = try unsafe row.withUnsafeBytes { row in
                try unsafe store.get(.state, row, objectCount: prefix.count).map { unsafe [UInt8]($0) }
            }
            if let value { state[String(decoding: row[prefix.count...], as: UTF8.self)] = value }
        }
        return state
    }
}
