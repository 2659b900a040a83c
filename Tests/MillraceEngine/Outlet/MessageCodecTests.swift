import Millrace
import TestKit
import Testing

@testable import MillraceEngine
@testable import MillraceStore

struct MessageCodecTests {
    /// A message without the length before it.
    private func body(_ framed: [UInt8]) -> [UInt8] { Array(framed.dropFirst(5)) }

    private func encode(_ message: ShardMessage) -> [UInt8] {
        RecordWriter.array { MessageCodec.encode(message, into: &$0) }
    }

    private var invocation: StoredInvocation {
        StoredInvocation(
            id: InvocationID(keyHash: 1, dueMilliseconds: 2, originShard: 3, sequence: 4), service: "S", handler: "h",
            key: [1, 2], payload: [3], source: nil, acceptedAtMilliseconds: 5)
    }

    @Test(arguments: [UInt64(0), 1, 127, 128, 1 << 40, .max])
    func invocationComesBack(sequence: UInt64) throws {
        let bytes = encode(ShardMessage(sequence: sequence, target: 70_000, body: .invoke(invocation)))
        guard case .shard(let message) = try #require(MessageCodec.decode(body(bytes))) else {
            Issue.record("no message for a shard")
            return
        }
        #expect(message.sequence == sequence)
        #expect(message.target == 70_000)
        guard case .invoke(let found) = message.body else {
            Issue.record("no invocation")
            return
        }
        #expect(found == invocation)
    }

    /// One message of each other kind.
    private var others: [ShardMessage.Body] {
        let failure = DurableResult.failure(TerminalError("no", code: 404, metadata: ["a": "b"]))
        return [
            .complete(invocation.id, Completion(number: 300, kind: .attach), .value([1, 2, 3])),
            .complete(invocation.id, Completion(number: 1, kind: .call), failure),
            .signal(invocation.id, .index(1), .void), .signal(invocation.id, .name("go"), .value([])),
            .query(invocation.id, .request(7), waits: true),
            .query(invocation.id, .invocation(invocation.id, Completion(number: 2, kind: .output)), waits: false),
            .kill(invocation.id),
        ]
    }

    @Test func messagesOfOtherKindsComeBack() throws {
        for body in others {
            let bytes = encode(ShardMessage(sequence: 9, target: 1, body: body))
            guard case .shard(let message) = try #require(MessageCodec.decode(self.body(bytes))) else {
                Issue.record("no message for a shard")
                continue
            }
            #expect("\(message.body)" == "\(body)")
        }
    }

    @Test func lengthBeforeAMessageIsThatOfTheMessage() throws {
        let bytes = encode(ShardMessage(sequence: 9, target: 1, body: .invoke(invocation)))
        var at = 0
        let count = unsafe bytes.withUnsafeBytes { unsafe Varint.read($0, &at, $0.count) }
        #expect(at == 5)
        #expect(count == UInt64(bytes.count - 5))
    }

    @Test func cutAnywhereItIsNoMessage() {
        for message in [
            ShardMessage(sequence: 300, target: 1, body: .invoke(invocation))
        ] + others.map({ ShardMessage(sequence: 300, target: 1, body: $0) }) {
            let whole = body(encode(message))
            for count in 0..<whole.count { #expect(MessageCodec.decode(Array(whole[..<count])) == nil) }
        }
    }

    /// Bytes that are no message are told apart from messages, and no count in them leads out of them.
    @Test(arguments: UInt64(1)...200)
    func anyBytesAreReadSafely(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = body(encode(ShardMessage(sequence: 300, target: 1, body: .invoke(invocation))))
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        _ = MessageCodec.decode(bytes)
        _ = MessageCodec.decode(random.bytes(Int.random(in: 0...60, using: &random)))
        #expect(MessageCodec.decode([0] + bytes.dropFirst()) == nil)
    }
}
