/// The column families, by access pattern. Every key begins with its shard (2 bytes, big-endian), so that a shard is one
/// range of each family. The raw values are written in blocks: they are part of the on-disk format.
package enum Family: UInt8, CaseIterable, Sendable {
    /// shard · batch number → everything a batch decided, as one block.
    case batches = 0
    /// shard · service · key · state key → the user's bytes as they are.
    case state = 1
    /// shard · invocation id → status record.
    case invocations = 2
    /// shard · invocation id · index → journal entry.
    case journal = 3
    /// shard · service · key · sequence → a queued invocation.
    case inbox = 4
    /// shard · due time · invocation id → a delayed invocation.
    case timers = 5
    /// shard · name → promise.
    case promises = 6
    /// shard · name → the invocation with that idempotency key.
    case idempotency = 7
    /// shard · sink · sequence → a record that could not leave for long.
    case outbox = 8
    /// shard · watermarks, sequences, applied batch number; format version.
    case meta = 9

    /// The column family's name in RocksDB.
    package var name: String { "\(self)" }
}
