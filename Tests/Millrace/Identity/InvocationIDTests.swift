import Millrace
import Testing

@Suite("InvocationID")
struct InvocationIDTests {
    static let ids = [
        InvocationID(keyHash: 0, dueMilliseconds: 0, originShard: 0, sequence: 0),
        InvocationID(keyHash: 1, dueMilliseconds: 2, originShard: 3, sequence: 4),
        InvocationID(keyHash: .max, dueMilliseconds: 0xffff_ffff_ffff, originShard: .max, sequence: .max),
    ]

    @Test(arguments: ids)
    func comesBackFromItsBytes(id: InvocationID) {
        #expect(id.bytes.count == InvocationID.byteCount)
        #expect(InvocationID(bytes: id.bytes) == id)
        #expect(InvocationID(bytes: id.bytes[...]) == id)
    }

    @Test func hasItsPartsInBigEndianOrder() {
        let id = InvocationID(keyHash: 0x0102, dueMilliseconds: 0x0304, originShard: 0x0506, sequence: 0x0708)
        #expect(id.description == "inv_000000000000010200000000030405060000000000000708")
    }

    @Test(arguments: [0, 23, 25])
    func isNotReadFromAnotherNumberOfBytes(count: Int) {
        #expect(InvocationID(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }

    @Test func keepsTheLow48BitsOfTheTime() {
        let id = InvocationID(keyHash: 0, dueMilliseconds: .max, originShard: 0, sequence: 0)
        #expect(id.dueMilliseconds == 0xffff_ffff_ffff)
        #expect(InvocationID(bytes: id.bytes) == id)
    }
}
