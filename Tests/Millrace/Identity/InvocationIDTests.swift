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
        #expect(id.bytes.prefix(10) == [0, 0, 0, 0, 0, 0, 1, 2, 0, 0])
    }

    /// The service protocol's own examples.
    @Test(arguments: [
        ("0102030405060708090a0b0c0d0e0f101112131415161718", "inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz"),
        ("493c42ed1c3cf1bc018e5257b998007db7f4f3f47e809584", "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"),
        ("ffffffffffffffffffffffffffffffffffffffffffffffff", "inv_1lYGhA16ahyf7N42dgm5tFLK9N8MT7fHC7"),
        ("000000000000000000000000000000000000000000000001", "inv_10000000000001SZwviYzes2mjOamuMJWw"),
        ("842efcb12c916e580193b3c4d5e6f708192a3b4c5d6e7f80", "inv_17AIHiTltkYA3UtfKvC7OqhQRjvUffZ2SZ"),
    ])
    func isWrittenAsTheProtocolSays(hexadecimal: String, text: String) throws {
        let bytes = stride(from: 0, to: 48, by: 2).map { at -> UInt8 in
            let digits = hexadecimal.dropFirst(at).prefix(2)
            return UInt8(digits, radix: 16) ?? 0
        }
        let id = try #require(InvocationID(bytes: bytes))
        #expect(id.description == text)
        #expect(InvocationID(text) == id)
    }

    @Test(arguments: [
        "", "inv_1", "x", "sub_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz", "inv_20GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz",
        // Too short, too long, with signs that are no digits.
        "inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jv", "inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz0",
        "inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jv-", "inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jé",
        // More than 8 bytes, more than 16, and one more than all bits set.
        "inv_1ZZZZZZZZZZZ0JsmI2YhihwhbLzDth0Jvz", "inv_10GJfy0GGPIZZZZZZZZZZZZZZZZZZZZZZZ",
        "inv_1lYGhA16ahyg0JsmI2YhihwhbLzDth0Jvz",
    ])
    func isNotReadFromOtherText(text: String) { #expect(InvocationID(text) == nil) }

    @Test func namesAwakeables() throws {
        let id = try #require(InvocationID("inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz"))
        let awakeable = AwakeableID(invocation: id, index: 17)
        #expect(awakeable.description == "sign_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAEQ")
        #expect(AwakeableID(awakeable.description) == awakeable)
        #expect(AwakeableID(awakeable.description + "==") == awakeable)
        #expect(AwakeableID("prom_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAEQ") == awakeable)
    }

    @Test(arguments: [
        "", "inv_1AQID", "sign_2AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAEQ", "sign_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAE",
        "sign_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAEQ=", "sign_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAEQAA",
        "sign_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAE+",
        // The last digit has four bits of the number; the others belong to nothing.
        "sign_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAER",
    ])
    func awakeablesAreNotReadFromOtherText(text: String) { #expect(AwakeableID(text) == nil) }

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
