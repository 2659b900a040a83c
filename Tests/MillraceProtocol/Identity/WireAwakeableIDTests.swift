import Testing

@testable import MillraceProtocol

@Suite struct WireAwakeableIDTests {
    private let text = "sign_1AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYAAAAEQ"

    @Test func theLiveExampleIsOurs() throws {
        let invocation = try #require(
            WireInvocationID(bytes: hex("0102030405060708090a0b0c0d0e0f101112131415161718")))
        let id = WireAwakeableID(invocation: invocation, signal: 17)
        #expect(id.description == text)
        #expect(try WireAwakeableID(text: text) == id)
        #expect(try WireAwakeableID(text: text + "==") == id, "padding is allowed")
        #expect(try WireAwakeableID(text: "prom_1" + text.dropFirst(6)) == id, "the older prefix is allowed")
    }

    @Test(arguments: UInt64(1)...100)
    func anyIdReadsBack(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let id = WireAwakeableID(invocation: samples.invocationID(), signal: samples.number())
        #expect(try WireAwakeableID(text: id.description) == id)
    }

    @Test func malformedIdsSayWhatIsWrong() {
        let cases: [(String, IdentifierError)] = [
            ("", .prefix(kind: .awakeable, expected: "sign_1")),
            ("inv_1AQID", .prefix(kind: .awakeable, expected: "sign_1")),
            ("sign_2" + text.dropFirst(6), .version(kind: .awakeable, expected: "sign_1")),
            (String(text.dropLast()), .length(kind: .awakeable, expected: 44, actual: 43)),
            (text + "=", .length(kind: .awakeable, expected: 44, actual: 45)),
            (text + "AA", .length(kind: .awakeable, expected: 44, actual: 46)),
            (text.dropLast() + "+", .character(kind: .awakeable)),
            // The last digit has four bits of the index; the others belong to nothing.
            (text.dropLast() + "R", .range(kind: .awakeable)),
        ]
        for (text, expected) in cases {
            #expect(throws: expected, "\(text)") { try WireAwakeableID(text: text) }
        }
    }
}
