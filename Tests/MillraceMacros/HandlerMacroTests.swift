import Testing

@testable import MillraceMacros

@Suite("HandlerMacro")
struct HandlerMacroTests {
    @Test func marksFunctionsOnly() {
        let expansion = Expansion(
            "@Service struct A { @Handler var x: Int { 1 }; @Handler func a(_ c: ServiceContext) {} }")
        #expect(expansion.messages == ["@Handler marks functions; write it before a 'func'"])
    }

    @Test func namesTheTypeThatHasNoMacro() {
        let expansion = Expansion("struct A { @Handler func a(_ c: ServiceContext) {} }")
        #expect(
            expansion.messages
                == ["@Handler has no effect in 'A'; write '@VirtualObject', '@Service' or '@Workflow' before 'A'"])
    }

    @Test func hasNoPlaceOutsideOfTypes() {
        let expansion = Expansion("@Handler func a(_ c: ServiceContext) {}")
        #expect(
            expansion.messages
                == [
                    "@Handler has no effect here; move the function into a struct with '@VirtualObject', '@Service' or '@Workflow'"
                ])
    }

    @Test func hasNoPlaceInExtensions() {
        let expansion = Expansion("extension A { @Handler func a(_ c: ServiceContext) {} }")
        #expect(
            expansion.messages == [
                "a handler in an extension stays unknown to its service; move it into the declaration of 'A'"
            ])
    }
}
