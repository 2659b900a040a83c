import Millrace
import Testing

@Suite("Serde.optional")
struct OptionalSerdeTests {
    @Test func writesNilAsNoBytesAndReadsItBack() throws {
        #expect(try Serde<Int>.json.optional.encoded(nil) == [])
        #expect(try Serde<Int>.json.optional.decoded([]) == nil)
    }

    @Test func leavesOtherValuesToTheSerdeThatItWraps() throws {
        #expect(try Serde<Int>.json.optional.encoded(7) == Array("7".utf8))
        #expect(try Serde<Int>.json.optional.decoded(Array("7".utf8)) == 7)
        #expect(Serde<Int>.json.optional.contentType == "application/json")
        #expect(throws: SerdeError.self) { try Serde<Int>.json.optional.decoded(Array("nul".utf8)) }
    }

    @Test func readsJSONNullAsNilButNotTheTextNull() throws {
        #expect(try Serde<Int>.json.optional.decoded(Array(" null\r\n".utf8)) == nil)
        #expect(try Serde<String>.text.optional.decoded(Array("null".utf8)) == "null")
    }
}
