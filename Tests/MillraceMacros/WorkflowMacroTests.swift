import Testing

@testable import MillraceMacros

@Suite("WorkflowMacro")
struct WorkflowMacroTests {
    @Test func makesOneHandlerTheRunAndTheOthersShared() {
        let expansion = Expansion(
            """
            @Workflow struct Signup {
                @Handler func run(_ context: WorkflowContext, _ email: String) async throws -> Bool { true }
                @Handler func click(_ context: SharedWorkflowContext) async throws {}
            }
            """)
        #expect(expansion.messages == [])
        #expect(expansion.text.contains("extension Signup: Millrace.WorkflowService {"))
        #expect(expansion.text.contains("kind: .workflow,"))
        #expect(expansion.text.contains("}.kind(.workflow),"))
        #expect(expansion.text.contains("}.kind(.shared),"))
        #expect(expansion.text.contains("func run(_ email: String) -> Millrace.DurableCall<Bool>"))
    }

    @Test func wantsARun() {
        let expansion = Expansion(
            "@Workflow struct Signup { @Handler func click(_ context: SharedWorkflowContext) {} }")
        #expect(expansion.messages.count == 1)
        #expect(expansion.messages.first?.contains("has no handler that runs it") == true)
        #expect(expansion.places == ["Signup"])
    }

    @Test func hasOneRunOnly() {
        let expansion = Expansion(
            """
            @Workflow struct Signup {
                @Handler func run(_ context: WorkflowContext) {}
                @Handler func again(_ context: WorkflowContext) {}
            }
            """)
        #expect(expansion.messages.count == 1)
        #expect(expansion.messages.first?.contains("'run' is it; let 'again' take the SharedWorkflowContext") == true)
        #expect(expansion.places == ["again"])
    }

    @Test func wantsAContextOfItsOwn() {
        let expansion = Expansion("@Workflow struct Signup { @Handler func run(_ context: ObjectContext) {} }")
        #expect(
            expansion.messages.first?.contains(
                "write '_ context: WorkflowContext' or '_ context: SharedWorkflowContext'") == true)
    }

    @Test func passesOptionsOn() {
        let text = Expansion(
            """
            @Workflow(options: HandlerOptions(journalRetention: .seconds(1))) struct Signup {
                @Handler(options: .init(revision: "2")) func run(_ context: WorkflowContext) {}
            }
            """
        ).text
        #expect(text.contains("], options: HandlerOptions(journalRetention: .seconds(1)))"))
        #expect(text.contains("}.kind(.workflow).options(.init(revision: \"2\")),"))
    }

    @Test(arguments: [
        ("Int", "Millrace.Serde<Int>.json"), ("[UInt8]", "Millrace.Serde<[UInt8]>.bytes"),
        ("String?", "Millrace.Serde<String>.json.optional"),
    ])
    func choosesTheResultsSerdeByTheWrittenType(type: String, serde: String) {
        let expansion = Expansion(
            "@VirtualObject struct A { @Handler func get(_ context: SharedObjectContext) -> \(type) { x } }")
        #expect(expansion.messages == [])
        #expect(expansion.text.contains("static let output0 = \(serde)\n"))
        #expect(expansion.text.contains(", output: _Serdes.output0) { context in"))
        #expect(expansion.text.contains("}.kind(.shared),"))
    }
}
