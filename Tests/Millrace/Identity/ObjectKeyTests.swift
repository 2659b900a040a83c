import Millrace
import Testing

@Suite("ObjectKey")
struct ObjectKeyTests {
    @Test func isTheSameFromTextLiteralAndBytes() {
        let literal: ObjectKey = "ü"
        #expect(literal == ObjectKey([0xc3, 0xbc]))
        #expect(literal == ObjectKey("xü".dropFirst()))
        #expect(literal.hashValue == ObjectKey([0xc3, 0xbc]).hashValue)
    }

    @Test func differsWhereBytesDoThoughTextIsCanonicallyEqual() {
        #expect("\u{e9}" == "e\u{301}")
        #expect(ObjectKey("\u{e9}") != ObjectKey("e\u{301}"))
    }

    @Test func describesTextAsTextAndOtherBytesInHexadecimal() {
        #expect("\(ObjectKey("user-1"))" == "user-1")
        #expect("\(ObjectKey([0xff, 0x0a]))" == "0xff0a")
    }

    @Test func showsInvalidTextAsReplacementCharacters() {
        #expect(ObjectKey([0x61, 0xff]).text == "a\u{fffd}")
    }
}
