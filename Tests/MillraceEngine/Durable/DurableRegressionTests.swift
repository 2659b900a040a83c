import Millrace
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceEngine

/// What once went wrong with handlers that wait; most of it was found by the simulator.
@Suite("Handlers that wait: what once went wrong", .serialized, .timeLimit(.minutes(5)))
struct DurableRegressionTests {
    private let diary = Diary()

    private func service(
        _ name: String = "Service", _ body: @escaping @Sendable (ServiceContext, String) async throws -> String
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .service,
            handlers: [.suspending("run", ServiceContext.init, input: .text, output: .text, body)])
    }

    private func object(
        _ name: String = "Object", _ body: @escaping @Sendable (ObjectContext, String) async throws -> String
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, kind: .virtualObject,
            handlers: [.suspending("run", ObjectContext.init, input: .text, output: .text, body)])
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    // MARK: Steps

    /// The run that had failed served the next invocation, which failed with the old error at its first step, for ever.
    @Test func aStepThatFailedFirstIsTriedAgain() throws {
        let app = try TestApplication(definitions: [
            service { [diary] context, _ in
                try await context.run("step", serde: .text) {
                    diary.add("step")
                    if diary.count("step") == 1 { throw Failure() }
                    return "done"
                }
            }
        ])
        let id = try app.start("Service", "run")
        try app.advance(by: .seconds(1))
        #expect(text(try app.output(of: id)) == "done")
        #expect(diary.count("step") == 2)
    }
}

/// A value that arrives from a callback.
private final class Kept<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)
    var value: Value? { stored.withLock { $0 } }
    func put(_ value: Value) { stored.withLock { $0 = value } }
}
