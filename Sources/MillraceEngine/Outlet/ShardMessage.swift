import Millrace

/// What one shard sends to another.
struct ShardMessage: Sendable {
    enum Body: Sendable {
        /// Start it now, or, where it says when it is due, at that time.
        case invoke(StoredInvocation)
        /// A call's, or another wait's, result.
        case complete(InvocationID, Completion, DurableResult)
        /// A signal; the first cancels.
        case signal(InvocationID, SignalName, DurableResult)
        /// Tell the result to one who waits: when it is there, or as it is now.
        case query(InvocationID, ResponseTarget, waits: Bool)
        /// End it, with all that it called.
        case kill(InvocationID)
    }
    /// The message's number among all that its sender ever sent: with the sender its identity.
    let sequence: UInt64
    let target: Int
    let body: Body
}

/// Which wait of an invocation a result is for.
struct Completion: Sendable, Hashable {
    /// What the wait began with.
    enum Kind: UInt8, Sendable {
        case call = 0
        case attach = 1
        case output = 2
    }
    let number: UInt32
    let kind: Kind
}

/// The messages of one batch from one shard to another.
final class ShardMessageBatch: Sendable {
    let from: Int
    let to: Int
    let batchNumber: UInt64
    let messages: [ShardMessage]

    init(from: Int, to: Int, batchNumber: UInt64, messages: [ShardMessage]) {
        self.from = from
        self.to = to
        self.batchNumber = batchNumber
        self.messages = messages
    }
}
