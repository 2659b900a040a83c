import MillraceJSON
import Testing

@Suite("JSONMemberReader")
struct JSONMemberReaderTests {
    func read(_ path: [JSONMemberReader.Step], _ json: String) throws -> String {
        let bytes = Array(json.utf8)
        return String(
            decoding: try unsafe bytes.withUnsafeBytes { try unsafe JSONMemberReader.read(path, in: $0) }, as: UTF8.self
        )
    }

    @Test func takesStringsNumbersAndBooleansAsTheyAreWritten() throws {
        #expect(try read([.member("id")], #"{"x":[1,{"id":0}],"id":"a\u00e4\"b"}"#) == "aä\"b")
        #expect(try read([.member("id")], #"{"id":1.50e3}"#) == "1.50e3")
        #expect(try read([.member("id")], #"{"id" : false}"#) == "false")
        #expect(try read([], "12") == "12")
        #expect(try read([.member("a"), .element(2), .member("b")], #"{"a":[1,[2],{"c":{},"b":"x"}]}"#) == "x")
    }

    @Test func findsNamesWithEscapesAndTheFirstOfTwo() throws {
        #expect(try read([.member("ä\"")], #"{"\u00e4\"":1,"ä\"":2}"#) == "1")
        #expect(try read([.member("")], #"{"":""}"#) == "")
    }

    /// What stands behind the value is not looked at.
    @Test func stopsAtTheValue() throws {
        #expect(try read([.member("id")], #"{"id":"x",,,"#) == "x")
    }

    @Test(arguments: [
        (#"{"user":{"id":null}}"#, "$.user.id: expected a string, a number or a boolean, found null, at byte 14"),
        (#"{"user":{"id":[]}}"#, "$.user.id: expected a string, a number or a boolean, found an array, at byte 14"),
        (#"{"user":{"name":"secret"}}"#, "$.user.id: expected a value, found no such member, at byte 8"),
        (#"{"user":{}}"#, "$.user.id: expected a value, found no such member, at byte 8"),
        (#"{"user":"secret"}"#, "$.user: expected an object, found a string, at byte 8"),
        (#"{"user":[1]}"#, "$.user: expected an object, found an array, at byte 8"),
        (#"[1]"#, "$: expected an object, found an array, at byte 0"),
        (#"{"user" {}}"#, "$: expected ':', found '{', at byte 8"),
        (#"{"a":[1 2],"user":{"id":1}}"#, "$: expected ',' or ']', found '2', at byte 8"),
        ("", "$: expected a value, found the end, at byte 0"),
    ])
    func saysWhereTheWayEnds(json: String, words: String) {
        let error = #expect(throws: JSONError.self) { try read([.member("user"), .member("id")], json) }
        #expect(error?.description == words)
    }

    @Test func refusesWhatIsTooDeep() {
        let deep = #"{"a":"# + String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try read([.member("b")], deep) }
        #expect(throws: JSONError.self) {
            try read(Array(repeating: .element(0), count: 600), String(repeating: "[", count: 600))
        }
    }
}
