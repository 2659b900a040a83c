import Millrace

/// What one shard sends to another.
struct ShardMessage: Sendable {
    enum Body: Sendable {
        /// Start it now, or, where its id says when it is due, at that time.
        case invoke(StoredInvocation)
        /// Forget a delayed invocation.
        case cancel(InvocationID)
    }
    /// The message's number among all that its sender ever sent: with the sender its identity.
    let sequence: UInt64
    let target: Int
    let body: Body
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
