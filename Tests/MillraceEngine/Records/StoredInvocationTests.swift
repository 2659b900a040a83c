import Millrace
import TestKit
import Testing

@testable import MillraceEngine

struct StoredInvocationTests {
    private func sample(_ random: inout SeededGenerator) -> StoredInvocation {
        func optional(_ random: inout SeededGenerator) -> [UInt8]? {
            random.chance(30) ? nil : random.bytes([0, 1, 200].randomElement(using: &random) ?? 0)
        }
        let headers = (0..<Int.random(in: 0...3, using: &random)).map { at in
            SourceRecord.Header(name: "h\(at)ü", value: optional(&random))
        }
        let record = SourceRecord(
            topic: "topic", partition: Int32.random(in: -1...70_000, using: &random),
            offset: Int64.random(in: 0...(.max), using: &random),
            timestampMilliseconds: random.chance(30) ? nil : Int64.random(in: -5...1 << 50, using: &random),
            key: optional(&random), headers: headers, isTombstone: random.chance(30))
        var invocation = StoredInvocation(
            id: InvocationID(
                keyHash: random.next(), dueMilliseconds: random.next() >> 16, originShard: UInt16(random.next() >> 48),
                sequence: random.next()), service: "Servicé", handler: "händler", key: optional(&random) ?? [],
            payload: optional(&random) ?? [],
            source: random.chance(50) ? StoredInvocation.Source(subscription: "sub", record: record) : nil,
            acceptedAtMilliseconds: Int64(random.next() >> 20))
        invocation.dueMilliseconds = random.chance(50) ? 0 : random.next() >> 20
        invocation.idempotencyKey = random.chance(50) ? nil : "once"
        if random.chance(50) { invocation.headers = [InvocationHeader("a", "1"), InvocationHeader("ü", "")] }
        if random.chance(50) {
            invocation.caller = .invocation(invocation.id, Completion(number: 70_000, kind: .attach))
            invocation.callers = [invocation.id, invocation.id]
        } else if random.chance(50) {
            invocation.caller = .request(random.next())
        }
        return invocation
    }

    private func decode(_ bytes: [UInt8]) throws -> StoredInvocation {
        try unsafe bytes.withUnsafeBytes { try unsafe StoredInvocation(decoding: $0) }
    }

    @Test(arguments: UInt64(1)...100)
    func comesBackAsItWasWritten(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let invocation = sample(&random)
        let bytes = RecordWriter.array { invocation.encode(into: &$0) }
        #expect(try decode(bytes) == invocation)
    }

    @Test(arguments: UInt64(1)...20)
    func cutAnywhereItCannotBeRead(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = RecordWriter.array { sample(&random).encode(into: &$0) }
        for count in 0..<bytes.count { #expect(throws: RecordError.self) { try decode(Array(bytes[..<count])) } }
    }

    @Test(arguments: UInt64(1)...200)
    func anyBytesAreReadSafely(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = RecordWriter.array { sample(&random).encode(into: &$0) }
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        _ = try? decode(bytes)
        _ = try? decode([1] + random.bytes(60))
    }

    @Test func otherVersionCannotBeRead() {
        var random = SeededGenerator(seed: 1)
        var bytes = RecordWriter.array { sample(&random).encode(into: &$0) }
        bytes[0] = 99
        #expect(throws: RecordError.self) { try decode(bytes) }
    }
}

extension StoredInvocation {
    static func == (a: Self, b: Self) -> Bool { "\(a)" == "\(b)" }
}
