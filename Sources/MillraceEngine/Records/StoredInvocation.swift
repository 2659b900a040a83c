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
}
