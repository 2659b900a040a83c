import Millrace
import Testing

extension ServiceDefinition {
    /// Runs a handler with a payload of text, as an engine would, and returns whether it may wait.
    @discardableResult
    func run(_ name: String, _ payload: String = "", on scope: FakeScope) async throws -> Bool {
        let handler = try #require(handlers.first { $0.name == name })
        let bytes = Array(payload.utf8)
        switch handler.body {
        case .direct(let body):
            try unsafe body(scope.handle, bytes.span.bytes)
            return false
        case .suspending(let body):
            let run = try unsafe body(scope.handle, bytes.span.bytes)
            try await run()
            return true
        }
    }
}
