import Testing

@testable import MillraceMacros

@Suite("HandlerDeclaration")
struct HandlerDeclarationTests {
    /// A function that is no handler, what the message is to say, where it points, and what the fix-its do.
    struct Mistake: CustomTestStringConvertible {
        let function: String
        let message: String
        let place: String
        var fixes: [String] = []

        var testDescription: String { function }
    }

    static let mistakes = [
        Mistake(
            function: "@Handler static func a(_ c: ObjectContext) {}", message: "remove 'static'", place: "static",
            fixes: ["static -> "]),
        Mistake(
            function: "@Handler mutating func a(_ c: ObjectContext) {}",
            message: "remove 'mutating', and keep what changes in the object's state, with 'context.set'",
            place: "mutating", fixes: ["mutating -> "]),
        Mistake(
            function: "@Handler func a<T: Codable>(_ c: ObjectContext, _ i: T) {}", message: "cannot be generic",
            place: "<T: Codable>"),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext) -> some Codable { 1 }",
            message: "does not say which type to encode; write a concrete type", place: "some Codable"),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext) -> RawSpan { fatalError() }",
            message: "return '[UInt8]'", place: "RawSpan"),
        Mistake(
            function: "@Handler(output: .text) func a(_ c: ObjectContext) {}",
            message: "remove 'output:' or return a value", place: ".text"),
        Mistake(
            function: "@Handler func a() {}", message: "write '_ context: ObjectContext'", place: "()",
            fixes: [" -> _ context: ObjectContext"]),
        Mistake(
            function: "@Handler func a(_ i: Int) {}", message: "write '_ context: ObjectContext'", place: "_ i: Int"),
        Mistake(
            function: "@Handler func a(_ c: ServiceContext) {}", message: "write '_ context: ObjectContext'",
            place: "_ c: ServiceContext", fixes: ["ServiceContext -> ObjectContext"]),
        Mistake(
            function: "@Handler func a(_ c: inout ObjectContext) {}", message: "a handler takes one context, by value",
            place: "_ c: inout ObjectContext", fixes: ["_ c: inout ObjectContext -> _ c: ObjectContext"]),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext, _ i: Int, _ j: Int) {}",
            message: "put the values into one Codable struct", place: "_ j: Int"),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext, _ i: inout Int) {}", message: "remove 'inout'",
            place: "_ i: inout Int", fixes: ["inout Int -> Int"]),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext, _ i: Int...) {}", message: "write '[Int]'",
            place: "_ i: Int...", fixes: ["_ i: Int... -> _ i: [Int]"]),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext, _ i: some Codable) {}", message: "write a concrete type",
            place: "some Codable"),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext, _ i: RawSpan?) {}",
            message: "write 'RawSpan', and ask 'context.record?.isTombstone'", place: "RawSpan?",
            fixes: ["RawSpan? -> RawSpan"]),
        Mistake(
            function: "@Handler func a(_ c: ObjectContext, _ i: RawSpan) async {}",
            message: "take '[UInt8]', or remove 'async' from the handler", place: "RawSpan",
            fixes: ["RawSpan -> [UInt8]", "async -> "]),
        Mistake(
            function: "@Handler(input: .bytes) func a(_ c: ObjectContext, _ i: RawSpan) {}",
            message: "remove 'input:' or take a value", place: ".bytes"),
        Mistake(
            function: "@Handler(input: .text) func a(_ c: ObjectContext) {}",
            message: "remove 'input:' or add a parameter", place: ".text"),
    ]

    @Test(arguments: mistakes)
    func saysWhatToWriteInstead(of mistake: Mistake) throws {
        let expansion = Expansion("@VirtualObject struct A { \(mistake.function) }")
        #expect(expansion.messages.count == 1)
        #expect(try #require(expansion.messages.first).contains(mistake.message))
        #expect(expansion.places == [mistake.place])
        #expect(expansion.fixes == mistake.fixes)
        #expect(!expansion.text.contains("self.a("))
    }

    @Test func reportsAllThatIsWrongAtOnce() {
        let expansion = Expansion("@VirtualObject struct A { @Handler static func a(_ i: Int) -> any Error { 1 } }")
        #expect(expansion.places == ["any Error", "static", "_ i: Int"])
    }

    @Test(arguments: ["Void", "()", "Swift.Void"])
    func mayReturnNothingExplicitly(type: String) {
        #expect(Expansion("@Service struct A { @Handler func a(_ c: ServiceContext) -> \(type) {} }").messages == [])
    }
}
