import Millrace
import MillraceProtocol
import MillraceStore

/// Ids that follow from names: the same workflow, or the same idempotency key, is the same invocation.
enum InvocationNames {
    /// The hash of a key, which decides its shard.
    static func hash(_ key: [UInt8]) -> UInt64 { unsafe key.withUnsafeBytes { unsafe XXH64.hash($0) } }

    /// The `run` of a workflow.
    static func workflow(service: String, key: [UInt8]) -> InvocationID {
        InvocationID(keyHash: hash(key), digest: digest(["wf", service], key))
    }

    /// The invocation with an idempotency key. Without a key of an object it is on the shard of the idempotency key.
    static func idempotent(service: String, key: [UInt8]?, handler: String, idempotencyKey: String) -> InvocationID {
        InvocationID(
            keyHash: hash(key ?? Array(idempotencyKey.utf8)),
            digest: digest(["ik", service, handler, idempotencyKey], key ?? []))
    }

    /// The timer of state that does not last, by the row that says how long it does.
    static func expiry(_ subject: [UInt8], shard: Int) -> InvocationID {
        InvocationID(keyHash: UInt64(shard), digest: digest(["ex"], subject))
    }

    /// SHA-256 over all parts, each with its length before it.
    private static func digest(_ texts: [String], _ key: [UInt8]) -> [UInt8] {
        SHA256.digest(
            of: RecordWriter.array { writer in
                for text in texts { writer.text(text) }
                unsafe key.withUnsafeBytes { unsafe writer.part($0) }
            })
    }
}
