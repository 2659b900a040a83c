import Millrace
import TestKit
import Testing

@testable import MillraceEngine

struct InvocationRecordTests {
    private func sample(_ random: inout SeededGenerator) -> InvocationRecord {
        func id() -> InvocationID {
            InvocationID(
                keyHash: .random(in: 0 ... .max, using: &random), dueMilliseconds: 7, originShard: 3,
                sequence: .random(in: 0 ... .max, using: &random))
        }
        var record = InvocationRecord(
            status: .started, queueService: "S", queueKey: random.bytes(Int.random(in: 0...40, using: &random)),
            service: "Säule", handler: "h", key: random.bytes(Int.random(in: 0...300, using: &random)),
            createdMilliseconds: .random(in: 0 ... .max, using: &random))
        record.queueNumber = .random(in: 0 ... .max, using: &random)
        record.endedMilliseconds = -1
        record.chunks = .random(in: 0 ... .max, using: &random)
        record.dueMilliseconds = .random(in: 0 ... .max, using: &random)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            record.listeners.append(
                Bool.random(using: &random)
                    ? .request(.random(in: 0 ... .max, using: &random))
                    : .invocation(id(), Completion(number: .random(in: 0 ... .max, using: &random), kind: .attach)))
        }
        if Bool.random(using: &random) { record.result = .value(random.bytes(20)) }
        return record
    }

    private func decode(_ bytes: [UInt8]) throws -> InvocationRecord {
        try unsafe bytes.withUnsafeBytes { try unsafe InvocationRecord(decoding: $0) }
    }

    private func listeners(_ bytes: [UInt8]) throws -> [ResponseTarget] {
        try unsafe bytes.withUnsafeBytes { try unsafe InvocationRecord.listeners(decoding: $0) }
    }

    @Test(arguments: UInt64(1)...100)
    func comesBackAsItWasWritten(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let record = sample(&random)
        let bytes = RecordWriter.array { record.encode(into: &$0) }
        let found = try decode(bytes)
        #expect("\(found)" == "\(record)")
        #expect(try listeners(bytes) == record.listeners)
    }

    @Test(arguments: UInt64(1)...20)
    func cutAnywhereItCannotBeRead(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = RecordWriter.array { sample(&random).encode(into: &$0) }
        for count in 0..<bytes.count {
            #expect(throws: RecordError.self) { try decode(Array(bytes[..<count])) }
        }
    }

    @Test(arguments: UInt64(1)...300)
    func anyBytesAreReadSafely(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = RecordWriter.array { sample(&random).encode(into: &$0) }
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        _ = try? decode(bytes)
        _ = try? listeners(bytes)
    }
}
