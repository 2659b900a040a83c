import Millrace

/// A request from outside the shards, on its way to the shard of its key.
struct Request: Sendable {
    enum Kind: Sendable {
        /// Invoke a handler, now or after a delay.
        case invoke(ServiceTable.Handler, HandlerTarget, payload: [UInt8], delayMilliseconds: Int64)
        /// Send a signal to an invocation; the first cancels it.
        case signal(InvocationID, SignalName, DurableResult)
        /// An invocation's result: when it is there, or as it is now.
        case query(InvocationID, waits: Bool)
        /// Something that a person wants done with an invocation.
        case control(InvocationID, InvocationControl)
    }

    let kind: Kind
    /// The number under which the result is waited for, or `nil` where nobody does.
    let number: UInt64?
    /// Learns the new invocation's id, on the shard's thread, before anything is durable.
    var accepted: (@Sendable (InvocationID) -> Void)?
}

/// What a person can do with an invocation.
package enum InvocationControl: Sendable, Equatable {
    /// It sees a cancellation at its next wait; one that has not started is dropped.
    case cancel
    /// It ends at once, with what it called; no compensation runs.
    case kill
    /// It stops, with its journal and its key, until it is resumed.
    case pause
    /// A paused, parked or backing-off one goes on at once.
    case resume
    /// What is kept of a completed one is dropped.
    case purge
    /// It is run again from its start, with the same input, as if nothing had happened.
    case restart
}
