import Millrace
import Testing

@Suite("Serde")
struct SerdeTests {
    @Test(arguments: ["", "a", "ü€😀"])
    func textIsUTF8WithoutQuotes(text: String) throws {
        #expect(try Serde<String>.text.encoded(text) == Array(text.utf8))
        #expect(try Serde<String>.text.decoded(Array(text.utf8)) == text)
    }

    @Test func textRefusesBytesThatAreNotUTF8() {
        let error = #expect(throws: SerdeError.self) { try Serde<String>.text.decoded([0xff]) }
        #expect(error?.description == "the bytes are not UTF-8 text; use Serde.bytes for binary data")
    }

    @Test func bytesStayAsTheyAre() throws {
        #expect(try Serde<[UInt8]>.bytes.encoded([0, 0xff]) == [0, 0xff])
        #expect(try Serde<[UInt8]>.bytes.decoded([0, 0xff]) == [0, 0xff])
    }

    @Test func encodesBehindWhatTheBufferHolds() throws {
        var buffer: [UInt8] = [1]
        try Serde<[UInt8]>.bytes.encode([2], &buffer)
        #expect(buffer == [1, 2])
    }

    @Test(arguments: [
        (#"{"name":1}"#, "$.name"), (#"{}"#, "$.name: expected a string, found no such member, at byte 0"),
        (#"{"name":null}"#, "found null"),
    ])
    func jsonNamesTheMemberThatIsWrong(json: String, part: String) throws {
        let error = #expect(throws: SerdeError.self) { try Serde<UserEvent>.json.decoded(Array(json.utf8)) }
        let description = try #require(error?.description)
        #expect(description.hasPrefix("not a UserEvent: "))
        #expect(description.contains(part))
    }

    @Test func jsonErrorsKeepTheValueToThemselves() throws {
        let error = #expect(throws: SerdeError.self) { try Serde<Int>.json.decoded(Array(#""secret""#.utf8)) }
        #expect(try #require(error?.description).contains("secret") == false)
    }

    @Test func jsonRefusesNumbersThatItCannotHold() {
        let error = #expect(throws: SerdeError.self) { try Serde<Double>.json.encoded(.nan) }
        #expect(error?.description.hasPrefix("a Double could not be written: ") == true)
    }
}

extension Serde {
    /// A value's bytes.
    func encoded(_ value: Value) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, &bytes)
        return bytes
    }

    /// The value of the bytes.
    func decoded(_ bytes: [UInt8]) throws -> Value { try unsafe decode(bytes.span.bytes) }
}
