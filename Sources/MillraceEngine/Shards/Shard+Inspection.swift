package import Millrace
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

    /// The journal, as of the last turn, of an invocation that has begun to wait: an entry a line. `nil` where there is none, or it is
    /// not kept any more.
    func journal(of id: InvocationID) throws -> [String]? {
        guard let record = record(of: id) else { return nil }
        switch record.status {
        case .scheduled, .queued: return nil
        case .started: return try queue(of: record).map { try loadJournal(of: id, $0).lines }
        case .completed: return record.chunks > 0 ? try readJournal(of: id, chunks: record.chunks).lines : nil
        }
    }

    /// The heads of all virtual queues: what runs, waits, is to run again, or stands still.
    func openInvocations() -> [OpenInvocation] {
        // What cannot be read is not there to see.
        try? loadAllSuspended()
        return queues.values.flatMap { first in
            sequence(first: first) { $0.collision }.compactMap { queue -> OpenInvocation? in
                guard let head = loadHead(queue), !head.isGone else { return nil }
                let state: OpenInvocation.State =
                    switch queue.state {
                    case .ready: .ready
                    case .waiting, .suspended: .waiting
                    case .backingOff(let until): .backingOff(untilMilliseconds: until)
                    case .parked, .stopped: .parked
                    }
                return OpenInvocation(
                    id: head.id, service: head.service, handler: head.handler, key: ObjectKey(head.key), state: state,
                    attempts: queue.failure.attempts, lastError: queue.failure.lastError, behind: queue.count - 1)
            }
        }
    }
}

/// An invocation that has not ended, at the head of its key's virtual queue or in one of its own.
package struct OpenInvocation: Sendable {
    package enum State: Sendable, Equatable {
        /// It is to run in the next turn.
        case ready
        /// Its handler waits for something.
        case waiting
        /// It failed, and is tried again at that time, in milliseconds since 1970.
        case backingOff(untilMilliseconds: Int64)
        /// It waits for a person.
        case parked
    }

    package let id: InvocationID
    package let service: String
    package let handler: String
    package let key: ObjectKey
    package let state: State
    /// How often it has failed since it last got further.
    package let attempts: Int
    package let lastError: String
    /// How many invocations stand in line behind it.
    package let behind: Int
}
