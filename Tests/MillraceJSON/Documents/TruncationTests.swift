import MillraceJSON
import Testing

@Suite("JSON: cut documents")
struct TruncationTests {
    static let documents = [
        #"{"id":"a\u00e4\ud83d\ude00ü€😀","amount":-12.5e+3,"flags":[true,false,null],"inner":{"a":{"b":[[],{}]}}}"#,
        #"[ "12345678" , "1234567890123456" , { "a long name of a member, longer than a word" : 1 } ]"#,
        #"{"\n\"\\\/":"\b\f\r\t","":[1,2.5,-3,1e9]}"#,
        #""only text""#,
    ]

    /// At every byte, with every type of reading: an error that says where.
    @Test(arguments: documents)
    func areRefusedAtEveryByte(document: String) {
        let bytes = Array(document.utf8)
        for count in 0..<bytes.count {
            let cut = Array(bytes[..<count])
            let error = #expect(throws: JSONError.self, "\(count)") {
                try JSONBytesDecoder().decode(AnyValue.self, from: cut)
            }
            #expect(error?.offset.map { 0...count ~= $0 } == true, "\(count)")
        }
    }

    @Test(arguments: documents)
    func haveNoMemberThatIsNotWhole(document: String) {
        let bytes = Array(document.utf8)
        for path in [[JSONMemberReader.Step.member("no such")], [.element(9)]] {
            for count in 0..<bytes.count {
                let cut = Array(bytes[..<count])
                #expect(throws: JSONError.self, "\(count)") {
                    try unsafe cut.withUnsafeBytes { try unsafe JSONMemberReader.read(path, in: $0) }
                }
            }
        }
    }

    /// Documents of more than a buffer's first size end where the memory ends.
    @Test(arguments: [1023, 1024, 1025, 4096, 1 << 20, (1 << 20) + 1])
    func areRefusedAtTheEndOfTheBuffer(count: Int) {
        let text = "[" + String(repeating: "\"abcdefgh\",", count: count / 11 + 1)
        let cut = Array(text.utf8.prefix(count))
        #expect(throws: JSONError.self) { try JSONBytesDecoder().decode(AnyValue.self, from: cut) }
    }

    @Test func readsStringsOfMegabytes() throws {
        let text = String(repeating: "0123456789ü\"\n", count: 300_000)
        let bytes = try JSONBytesEncoder().encode([text])
        #expect(bytes.count > 4_000_000)
        #expect(try JSONBytesDecoder().decode([String].self, from: bytes) == [text])
    }

    @Test func readsObjectsOfManyMembers() throws {
        let members = Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("name \($0)", $0) })
        let bytes = try JSONBytesEncoder().encode(members)
        #expect(try JSONBytesDecoder().decode([String: Int].self, from: bytes) == members)
    }

    @Test func takesTheFirstOfTwoInLargeObjectsToo() throws {
        let members = (0..<300).map { "\"m\($0)\":\($0)" } + ["\"m7\":-1", "\"\\u006d8\":-1"]
        let read = try decode([String: Int].self, "{" + members.joined(separator: ",") + "}")
        #expect(read["m7"] == 7)
        #expect(read["m8"] == 8)
        #expect(read.count == 300)
    }
}
