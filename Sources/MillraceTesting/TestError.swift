public import Millrace

/// Why a test cannot go on.
public enum TestError: Error, CustomStringConvertible, Sendable {
    /// No service of the test has that handler.
    case unknownHandler(String)
    /// Text that is no JSON path.
    case badKey(String, reason: String)
    /// A schedule that cannot be.
    case badSchedule(String, reason: String)
    /// The invocation waits for something, or is to be tried again later.
    case notEnded(InvocationID)
    /// Things keep happening without time passing.
    case restless
    /// The engine did not answer.
    case noAnswer

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .unknownHandler(let name): "no service of this test has a handler \(name)"
        case .badKey(let path, let reason): "'\(path)' is no JSON path: \(reason)"
        case .badSchedule(let name, let reason): "the schedule '\(name)' cannot be: \(reason)"
        case .notEnded(let id):
            "\(id) has not ended: it waits, or has failed and is tried again later; see 'openInvocations' and 'failures', or 'advance(by:)' the clock"
        case .restless: "the services keep each other busy without time passing; do they send in circles?"
        case .noAnswer: "the engine did not answer"
        }
    }
}
