import Foundation
import TestKit

/// A process of the example, and what it writes.
struct ServerProcess {
    private let child: ChildProcess

    init(_ arguments: [String], environment: [String: String] = [:], input: FileHandle = .nullDevice) throws {
        child = try ChildProcess("event-enrichment", arguments, environment: environment, input: input)
    }

    /// What it has written so far.
    var text: String { child.output }

    /// Waits until it has written a text, or ended. Returns whether it has written it.
    func writes(_ text: String) async -> Bool { await onThread { [child] in child.hasWritten(text) } }

    /// Waits until it has ended.
    @discardableResult
    func end() async -> ChildProcess.End { await onThread { [child] in child.end() } }

    /// Sends it a signal.
    func signal(_ number: Int32) { child.signal(number) }
}
