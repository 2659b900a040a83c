package import Millrace

/// An invocation as it is stored when it has to wait: in a virtual queue, as a timer, or on its way to another shard.
package struct StoredInvocation: Sendable {
    /// Where the record was, for an invocation that came from a subscription.
    package struct Source: Sendable {
        package var subscription: String
        package var record: SourceRecord
    }

    package var id: InvocationID
    package var service: String
    package var handler: String
    package var key: [UInt8]
    package var payload: [UInt8]
    package var source: Source?
    package var acceptedAtMilliseconds: Int64
    /// When it is to start, in milliseconds since 1970; 0 for at once.
    package var dueMilliseconds: UInt64 = 0
    /// Who waits for the result.
    var caller: ResponseTarget?
    package var headers: [InvocationHeader] = []
    package var idempotencyKey: String?
    /// The invocations that wait for this one, from the nearest up: to see a key that waits for itself.
    package var callers: [InvocationID] = []
    /// Whether it is known by a record before it has started.
    var hasRecord = false
    /// Whether it has been ended while it stood in line: only its place is left, which is passed over.
    package var isGone = false
}

/// Who gets an invocation's result.
enum ResponseTarget: Sendable, Hashable {
    /// Another invocation, for one of its waits.
    case invocation(InvocationID, Completion)
    /// A request from outside, by its number in this process; after a restart nobody waits for it any more.
    case request(UInt64)
}
