import Testing

@testable import MillraceMacros

@Suite("ServiceDeclaration")
struct ServiceDeclarationTests {
    @Test(arguments: [
        ("class", ["class -> struct"]), ("final class", ["class -> struct", "final -> "]),
        ("actor", ["actor -> struct"]), ("enum", []),
    ])
    func wantsAStruct(keyword: String, fixes: [String]) {
        let expansion = Expansion("@VirtualObject \(keyword) A { @Handler func run(_ context: ObjectContext) {} }")
        let word = keyword.split(separator: " ").last ?? ""
        #expect(
            expansion.messages == [
                "@VirtualObject needs a struct, because one value serves many threads; write 'struct A' instead of '\(word) A'"
            ])
        #expect(expansion.fixes == fixes)
        #expect(!expansion.text.contains("extension"))
    }

    @Test func isNotGeneric() {
        let expansion = Expansion("@VirtualObject struct A<T> { @Handler func run(_ context: ObjectContext) {} }")
        #expect(expansion.messages.count == 1)
        #expect(expansion.messages.first?.contains("'A' cannot be generic") == true)
        #expect(expansion.places == ["<T>"])
    }

    @Test func isNotInsideAGenericType() {
        let expansion = Expansion(
            "enum Outer<T> { @VirtualObject struct A { @Handler func run(_ context: ObjectContext) {} } }")
        #expect(expansion.messages.count == 1)
        #expect(expansion.messages.first?.contains("'A' cannot be inside the generic 'Outer'; move it out") == true)
    }

    @Test func isNotPrivateToAnotherType() {
        let expansion = Expansion(
            "enum Outer { @VirtualObject private struct A { @Handler func run(_ context: ObjectContext) {} } }")
        #expect(
            expansion.messages
                == ["'A' is private to 'Outer', and generated code cannot reach it there; write 'fileprivate'"])
        #expect(expansion.fixes == ["private -> fileprivate"])
    }

    @Test func hasHandlers() {
        let expansion = Expansion("@VirtualObject struct A { func run(_ context: ObjectContext) {} }")
        #expect(expansion.messages.count == 1)
        #expect(expansion.messages.first?.hasPrefix("'A' has no handlers; write '@Handler' before a function") == true)
        #expect(expansion.places == ["A"])
    }

    @Test func doesNotCallHandlersMissingThatHaveErrors() {
        let expansion = Expansion("@VirtualObject struct A { @Handler func run() {} }")
        #expect(expansion.messages.count == 1)
        #expect(expansion.text.contains("extension A: Millrace.VirtualObjectService"))
    }

    @Test(arguments: [
        "@Handler func a(_ c: ObjectContext) {}; @Handler func a(_ c: ObjectContext, _ i: Int) {}",
        "@Handler func a(_ c: ObjectContext) {}; @Handler(name: \"a\") func b(_ c: ObjectContext) {}",
        "@Handler(name: \"a\") func b(_ c: ObjectContext) {}; @Handler func a(_ c: ObjectContext) {}",
    ])
    func hasEachHandlerNameOnce(members: String) {
        let expansion = Expansion("@VirtualObject struct A { \(members) }")
        #expect(
            expansion.messages
                == ["there is a handler 'a' already; give this one another name with '@Handler(name:)'"])
    }

    @Test func hasNoHandlersUnderConditions() {
        let expansion = Expansion(
            """
            @VirtualObject struct A {
                #if DEBUG
                @Handler func a(_ c: ObjectContext) {}
                #else
                #if os(Linux)
                @Handler func b(_ c: ObjectContext) {}
                #endif
                #endif
            }
            """)
        #expect(expansion.messages.count == 2)
        #expect(expansion.messages.allSatisfy { $0.hasPrefix("a handler cannot stand under #if") })
    }

    @Test func isNotOnTheMainActor() {
        let expansion = Expansion(
            "@VirtualObject @MainActor struct A { @Handler @MainActor func a(_ c: ObjectContext) {} }")
        let message = "handlers run on the thread of their shard; remove '@MainActor'"
        #expect(expansion.messages == [message, message])
        #expect(expansion.fixes == ["@MainActor -> ", "@MainActor -> "])
    }
}
