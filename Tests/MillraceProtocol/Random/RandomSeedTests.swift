import Testing

@testable import MillraceProtocol

@Suite struct RandomSeedTests {
    @Test func itIsTheStartOfTheIdsHash() {
        let id = hex("0102030405060708090a0b0c0d0e0f101112131415161718")
        #expect(RandomSeed.of(id) == 0x91a306446e73d07e)
        #expect(RandomSeed.of([UInt8](repeating: 0, count: 24)) == 0x9d908ecfb6b256de)
    }

    @Test func aDigestIsThePublishedOne() {
        let expected = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.digest(of: Array("abc".utf8)) == expected)
        #expect(SHA256.digest(of: []).prefix(4) == hex("e3b0c442")[...])
    }
}
