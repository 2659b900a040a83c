import MillraceJSON
import Testing

@Suite("JSON: corpus")
struct CorpusTests {
    @Test(arguments: Corpus.valid)
    func readsWhatIsJSON(document: CorpusDocument) throws {
        let value = try JSONBytesDecoder().decode(AnyValue.self, from: document.bytes)
        if let expected = document.value { #expect(value == expected) }
        let again = try JSONBytesEncoder().encode(value)
        #expect(try JSONBytesDecoder().decode(AnyValue.self, from: again) == value)
    }

    @Test(arguments: Corpus.invalid)
    func refusesWhatIsNone(document: CorpusDocument) {
        let error = #expect(throws: JSONError.self) {
            try JSONBytesDecoder().decode(AnyValue.self, from: document.bytes)
        }
        #expect(error?.offset.map { 0...document.bytes.count ~= $0 } == true)
    }

    /// Also where the type does not read the value, what stands there has to be JSON.
    @Test(arguments: Corpus.invalid.filter { !$0.bytes.contains(0) })
    func refusesItWhereNobodyReadsIt(document: CorpusDocument) {
        struct Empty: Decodable {}
        let bytes = Array(#"{"skipped":["#.utf8) + document.bytes + Array(#"]}"#.utf8)
        // Nothing at all is an empty array there.
        guard document.bytes.contains(where: { $0 > 0x20 }), document.name != "n_trailing_brace" else { return }
        #expect(throws: JSONError.self) { try JSONBytesDecoder().decode(Empty.self, from: bytes) }
    }

    @Test(arguments: Corpus.open)
    func decidesWhatIsLeftOpen(document: CorpusDocument) {
        let value = Result { try JSONBytesDecoder().decode(AnyValue.self, from: document.bytes) }
        if document.name == "i_depth_512" {
            #expect((try? value.get()) != nil)
        } else {
            #expect((try? value.get()) == document.value)
        }
        if case .failure(let error) = value { #expect(error is JSONError) }
    }
}
