import Testing

@testable import MillraceMacros

@Suite("ServiceMacro")
struct ServiceMacroTests {
    @Test func addsAServiceWithoutKeys() {
        let expansion = Expansion(
            "@Service struct Mailer { @Handler func post(_ context: ServiceContext, _ letter: Letter) throws {} }")
        #expect(expansion.messages == [])
        #expect(expansion.text.contains("extension Mailer: Millrace.PlainService {"))
        #expect(expansion.text.contains("kind: .service"))
        #expect(expansion.text.contains(#".direct("post", Millrace.ServiceContext.init, input: _Serdes.input0)"#))
    }

    @Test func wantsItsOwnContext() {
        let expansion = Expansion("@Service struct Mailer { @Handler func post(_ context: ObjectContext) {} }")
        #expect(
            expansion.messages
                == ["the first parameter of a service's handler is its context; write '_ context: ServiceContext'"])
        #expect(expansion.fixes == ["ObjectContext -> ServiceContext"])
    }

    @Test func doesNotMixWithVirtualObject() {
        let expansion = Expansion(
            "@VirtualObject @Service struct Mailer { @Handler func post(_ context: ObjectContext) {} }")
        #expect(expansion.messages.count == 1)
        #expect(expansion.messages.first?.contains("cannot be both a virtual object and a service") == true)
        #expect(!expansion.text.contains("PlainService"))
    }

    @Test func doesNotSpeakOfStateThatItLacks() {
        let expansion = Expansion(
            "@Service struct Mailer { @Handler mutating func post(_ context: ServiceContext) {} }")
        #expect(expansion.messages.first?.hasSuffix("keep what changes in the state of a virtual object") == true)
    }
}
