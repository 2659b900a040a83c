import Testing

@testable import MillraceMacros

@Suite("ServiceName")
struct ServiceNameTests {
    @Test(arguments: ["a", "Größe", "a.b-c_d"])
    func mayHaveLettersAndMarks(name: String) {
        let expansion = Expansion(
            "@VirtualObject(name: \"\(name)\") struct A { @Handler(name: \"\(name)\") func a(_ c: ObjectContext) {} }")
        #expect(expansion.messages == [])
        #expect(expansion.text.contains("String { \"\(name)\" }"))
    }

    @Test(arguments: ["", "a/b", "a b", "a\\nb", "a?b", "a#b", "a%b"])
    func hasNothingThatBreaksAURL(name: String) {
        let expansion = Expansion(
            "@VirtualObject(name: \"\(name)\") struct A { @Handler(name: \"\(name)\") func a(_ c: ObjectContext) {} }")
        #expect(expansion.messages.count == 2)
        #expect(expansion.messages.allSatisfy { $0.contains("cannot be a name") })
        #expect(expansion.places == ["\"\(name)\"", "\"\(name)\""])
    }

    @Test func isCheckedWhereItComesFromARawIdentifier() {
        let wrong = Expansion("@VirtualObject struct A { @Handler func `a b`(_ c: ObjectContext) {} }")
        #expect(wrong.places == ["`a b`"])
        let right = Expansion("@VirtualObject struct A { @Handler(name: \"a\") func `a b`(_ c: ObjectContext) {} }")
        #expect(right.messages == [])
        #expect(right.text.contains("self.`a b`(context)"))
    }

    @Test(arguments: ["name", "\"a\\(b)\"", "\"a\" + \"b\""])
    func isALiteral(expression: String) {
        let expansion = Expansion(
            "@VirtualObject(name: \(expression)) struct A { @Handler func a(_ c: ObjectContext) {} }")
        #expect(
            expansion.messages
                == ["the name is to be a string literal without interpolation, because subscriptions repeat it"])
    }

    @Test func isTheDeclarationsWhereNilIsGiven() {
        let expansion = Expansion(
            "@VirtualObject(name: nil) struct A { @Handler(name: nil) func a(_ c: ObjectContext) {} }")
        #expect(expansion.messages == [])
        #expect(expansion.text.contains(#"String { "A" }"#))
    }
}
