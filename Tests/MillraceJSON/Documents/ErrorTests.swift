import MillraceJSON
import Testing

@Suite("JSONError")
struct ErrorTests {
    struct Order: Decodable {
        struct User: Decodable { var id: String }
        enum Color: String, Decodable { case red }
        var user: User?
        var lines: [Int]?
        var color: Color?
        var small: UInt8?
        var odd: [String: [User]]?
    }

    @Test(arguments: [
        (#"{"user":{"id":12}}"#, "$.user.id: expected a string, found 12, at byte 14"),
        (#"{"user":{}}"#, "$.user.id: expected a string, found no such member, at byte 8"),
        (#"{"user":{"id":null}}"#, "$.user.id: expected a string, found null, at byte 14"),
        (#"{"user":[]}"#, "$.user: expected an object, found an array, at byte 8"),
        (#"{"lines":[1,2,"secret"]}"#, "$.lines[2]: expected a number, found a string, at byte 14"),
        (
            #"{"lines":[1.5]}"#,
            "$.lines[0]: expected a whole number from -9223372036854775808 to 9223372036854775807, found 1.5, at byte 10"
        ),
        (#"{"small":256}"#, "$.small: expected a whole number from 0 to 255, found 256, at byte 9"),
        (#"{"small":-1}"#, "$.small: expected a whole number from 0 to 255, found -1, at byte 9"),
        (
            #"{"small":1234567890123456}"#,
            "$.small: expected a whole number from 0 to 255, found 123456789012…, at byte 9"
        ),
        (#"{"odd":{"a b":[{"id":"x"},{"id":true}]}}"#, "$.odd['a b'][1].id: expected a string, found true, at byte 32"),
        (#"{"user":{"id":"secret"#, "$.user.id: expected the end of a string, found the end, at byte 21"),
        (#"{"lines":[1,2"#, "$.lines: expected ',' or ']', found the end, at byte 13"),
        (#"{"lines":[1,]}"#, "$.lines: expected a value, found ']', at byte 12"),
        ("", "$: expected a value, found the end, at byte 0"),
        ("[] x", "$: expected one value, found more behind it, at byte 3"),
        ("\u{FEFF}{}", "$: expected a value, found a byte order mark, at byte 0"),
    ])
    func saysWhereAndWhat(json: String, words: String) {
        let error = #expect(throws: JSONError.self) { try decode(Order.self, json) }
        #expect(error?.description == words)
    }

    /// Whatever is wrong with a document: the characters of its strings are not in the error.
    @Test func tellsNoSecrets() {
        let secret = "hunter2"
        let documents = [
            #""hunter2""#, #"{"user":"hunter2"}"#, #"{"user":{"id":["hunter2"]}}"#, #"{"lines":"hunter2"}"#,
            #"{"lines":["hunter2"]}"#, #"{"color":"hunter2"}"#, #"{"small":"hunter2"}"#, #"{"user":{"id":"hunter2"#,
            #"{"user":{"id":"hunter2\x"}}"#, #"{"user":{"id":"hunter2\ud800"}}"#, #"{"user":{"id":"hunter2"} x"#,
        ]
        for document in documents {
            let error = #expect(throws: (any Error).self, "\(document)") { try decode(Order.self, document) }
            #expect(error.map { "\($0)".contains(secret) } == false, "\(document)")
        }
    }

    /// A type's own words may have something of the document in them, so they are left out.
    @Test func leavesOutTheWordsOfOthers() {
        struct Careless: Decodable {
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                let text = try container.decode(String.self)
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "bad password \(text)")
            }
        }
        let error = #expect(throws: JSONError.self) { try decode([Careless].self, #"["hunter2"]"#) }
        #expect(error?.path == "$[0]")
        #expect(error?.offset == 1)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func passesErrorsOfTheTypesOwn() {
        struct Refusal: Error {}
        struct Picky: Decodable { init(from decoder: any Decoder) throws { throw Refusal() } }
        #expect(throws: Refusal.self) { try decode([Picky].self, "[1]") }
    }

    @Test func shortensNamesOfTheDocument() {
        let name = String(repeating: "x", count: 10_000)
        let error = #expect(throws: JSONError.self) { try decode([String: Int].self, #"{"\#(name)":true}"#) }
        #expect(error.map { $0.path.utf8.count < 100 } == true)
    }

    @Test func saysWhatCannotBeWritten() {
        struct Point: Encodable { var x: Double }
        let error = #expect(throws: JSONError.self) { try encode(["a": [Point(x: 1), Point(x: .infinity)]]) }
        #expect(error?.description == "$.a[1].x: expected a number that JSON can say, found infinity")
        #expect(error?.offset == nil)
    }
}
