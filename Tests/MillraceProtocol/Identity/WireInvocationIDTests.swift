import Testing

@testable import MillraceProtocol

@Suite struct WireInvocationIDTests {
    @Test(arguments: [
        ("0102030405060708090a0b0c0d0e0f101112131415161718", "inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz"),
        ("493c42ed1c3cf1bc018e5257b998007db7f4f3f47e809584", "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"),
        ("ffffffffffffffffffffffffffffffffffffffffffffffff", "inv_1lYGhA16ahyf7N42dgm5tFLK9N8MT7fHC7"),
        ("000000000000000000000000000000000000000000000001", "inv_10000000000001SZwviYzes2mjOamuMJWw"),
        ("842efcb12c916e580193b3c4d5e6f708192a3b4c5d6e7f80", "inv_17AIHiTltkYA3UtfKvC7OqhQRjvUffZ2SZ"),
    ])
    func publishedIdsAreOurs(bytes: String, text: String) throws {
        let id = try #require(WireInvocationID(bytes: hex(bytes)))
        #expect(id.description == text)
        #expect(id.bytes == hex(bytes))
        #expect(try WireInvocationID(text: text) == id)
    }

    @Test(arguments: UInt64(1)...100)
    func anyIdReadsBack(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let id = samples.invocationID()
        #expect(try WireInvocationID(text: id.description) == id)
        #expect(WireInvocationID(bytes: id.bytes) == id)
        #expect(id.description.utf8.count == 38)
    }

    @Test func malformedIdsSayWhatIsWrong() {
        let good = "inv_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz"
        let cases: [(String, IdentifierError)] = [
            ("", .prefix(kind: .invocation, expected: "inv_1")),
            ("sub_10GJfy0GGPIZ0JsmI2YhihwhbLzDth0Jvz", .prefix(kind: .invocation, expected: "inv_1")),
            ("inv_2" + good.dropFirst(5), .version(kind: .invocation, expected: "inv_1")),
            (String(good.dropLast()), .length(kind: .invocation, expected: 38, actual: 37)),
            (good + "0", .length(kind: .invocation, expected: 38, actual: 39)),
            (good.dropLast() + "-", .character(kind: .invocation)),
            (good.dropLast(2) + "é", .character(kind: .invocation)),
            ("inv_1ZZZZZZZZZZZ" + good.suffix(22), .range(kind: .invocation)),
            (good.prefix(16) + String(repeating: "Z", count: 22), .range(kind: .invocation)),
            // One more than all bits set.
            ("inv_1lYGhA16ahyg" + good.suffix(22), .range(kind: .invocation)),
        ]
        for (text, expected) in cases {
            #expect(throws: expected, "\(text)") { try WireInvocationID(text: text) }
        }
        #expect(WireInvocationID(bytes: [1, 2, 3]) == nil)
        #expect(WireInvocationID(bytes: [UInt8](repeating: 0, count: 25)) == nil)
    }
}
