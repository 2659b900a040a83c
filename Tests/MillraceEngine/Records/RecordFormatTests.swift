import Millrace
import Testing

@testable import MillraceEngine

/// The bytes of stored records, to the byte: what one version has written the next one reads.
struct RecordFormatTests {
    private let id = InvocationID(keyHash: 0x0102_0304_0506_0708, dueMilliseconds: 2, originShard: 3, sequence: 4)
    private let idBytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4]

    @Test func invocation() {
        var invocation = StoredInvocation(
            id: id, service: "S", handler: "ü", key: [1, 2], payload: [],
            source: StoredInvocation.Source(
                subscription: "s",
                record: SourceRecord(
                    topic: "t", partition: -1, offset: 5, timestampMilliseconds: nil, key: nil,
                    headers: [SourceRecord.Header(name: "n", value: nil), SourceRecord.Header(name: "m", value: [9])],
                    isTombstone: true)),
            acceptedAtMilliseconds: 300)
        invocation.caller = .invocation(id, Completion(number: 300, kind: .attach))
        invocation.headers = [InvocationHeader("a", "b")]
        invocation.idempotencyKey = "k"
        invocation.callers = [id]
        let accepted: [UInt8] = [0xac, 0x02]
        let source: [UInt8] =
            [2, 1, 0x73, 1, 0x74, 0xff, 0xff, 0xff, 0xff, 0x0f, 5] + [UInt8](repeating: 0x80, count: 9) + [1, 0]
            + [2, 1, 0x6e, 0, 1, 0x6d, 2, 9]
        let expected: [UInt8] =
            [2] + idBytes + [1, 0x53, 2, 0xc3, 0xbc, 3, 1, 2, 1] + accepted + [0]
            + [1] + idBytes + [1, 0xac, 0x02] + [1, 1, 0x61, 1, 0x62] + [2, 0x6b] + [1] + idBytes + source
        #expect(RecordWriter.array { invocation.encode(into: &$0) } == expected)
    }

    @Test func record() {
        var record = InvocationRecord(
            status: .started, queueService: "q", queueKey: [7], service: "S", handler: "h", key: [],
            createdMilliseconds: -1)
        record.queueNumber = 128
        record.endedMilliseconds = 1
        record.chunks = 2
        record.dueMilliseconds = 3
        record.journalDueMilliseconds = 4
        record.listeners = [.request(5)]
        record.result = .failure(TerminalError("no", code: 404, metadata: ["b": "2", "a": "1"]))
        let created = [UInt8](repeating: 0xff, count: 9) + [1]
        let expected: [UInt8] =
            [2, 2, 1, 0x71, 1, 7, 0x80, 0x01, 1, 0x53, 1, 0x68, 0] + created + [1, 2, 3, 4, 1, 2, 5]
            + [1, 2, 0x94, 0x03, 2, 0x6e, 0x6f, 2, 1, 0x61, 1, 0x31, 1, 0x62, 1, 0x32]
        #expect(RecordWriter.array { record.encode(into: &$0) } == expected)
    }

    @Test func queueHeader() {
        let header = QueueHeader(
            head: 1, tail: 0x0203, state: .backingOff, untilMilliseconds: -1, isStarted: true, hasCalls: true,
            chunks: nil, failure: HeadFailure(attempts: 7, firstFailedMilliseconds: 9, lastError: "e"))
        let expected: [UInt8] =
            [4, 1, 0, 0, 0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0xff, count: 8)
            + [7, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0xff, count: 4) + [0x65]
        #expect(RecordWriter.array { header.encode(into: &$0) } == expected)
    }

    @Test func messages() {
        func encoded(_ body: ShardMessage.Body) -> [UInt8] {
            RecordWriter.array { MessageCodec.encode(ShardMessage(sequence: 300, target: 1, body: body), into: &$0) }
        }
        let start: [UInt8] = [0xac, 0x02, 1]
        func framed(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count) | 0x80, 0x80, 0x80, 0x80, 0] + bytes }
        #expect(encoded(.kill(id)) == framed([6] + start + idBytes))
        #expect(encoded(.query(id, .request(7), waits: true)) == framed([5] + start + idBytes + [2, 7, 1]))
        #expect(
            encoded(.signal(id, .name("go"), .void)) == framed([4] + start + idBytes + [1, 2, 0x67, 0x6f] + [0]))
        #expect(
            encoded(.complete(id, Completion(number: 1, kind: .call), .value([8])))
                == framed([3] + start + idBytes + [0, 1] + [1, 1, 8]))
    }

    @Test func emission() {
        let bytes = unsafe [UInt8]([1, 2]).withUnsafeBytes { key in
            RecordWriter.array { writer in
                unsafe MessageCodec.encodeEmission(
                    sequence: 1, cluster: "c", topic: "t", key: key, value: nil,
                    headers: [SourceRecord.Header(name: "h", value: [])], into: &writer)
            }
        }
        #expect(bytes == [1, 1, 1, 0x63, 1, 0x74, 3, 1, 2, 0, 1, 1, 0x68, 1])
    }
}
