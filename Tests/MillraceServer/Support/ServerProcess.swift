import Foundation
import MillraceEngine
import Synchronization

/// A process of the example, and what it writes.
final class ServerProcess: Sendable {
    /// How a process ended.
    enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    struct CannotStart: Error, CustomStringConvertible { let description: String }

    private struct State: Sendable {
        var processID: Int32?
        var failure: String?
        var end: End?
        var text = ""
    }

    private let state = Mutex(State())
    private let changed = Signal()

    /// Starts it, with standard output and standard error on one pipe.
    init(_ arguments: [String], environment: [String: String] = [:], input: FileHandle = .nullDevice) throws {
        let executable = try Self.executable()
        // The process belongs to its thread.
        Thread { [self] in
            do { try run(executable, arguments, environment, input) } catch { change { $0.failure = "\(error)" } }
        }.start()
        wait { $0.processID != nil || $0.failure != nil }
        if let failure = state.withLock({ $0.failure }) { throw CannotStart(description: failure) }
    }

    private func run(_ executable: URL, _ arguments: [String], _ environment: [String: String], _ input: FileHandle)
        throws
    {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let processID = process.processIdentifier
        change { $0.processID = processID }
        while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
            change { $0.text += String(decoding: data, as: UTF8.self) }
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        let end: End = process.terminationReason == .exit ? .exited(status) : .killed(signal: status)
        change { $0.end = end }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        changed.raise()
    }

    private func wait(_ condition: (State) -> Bool) {
        while !state.withLock({ condition($0) }) { changed.wait(timeoutMilliseconds: 1000) }
    }

    /// What it has written so far.
    var text: String { state.withLock { $0.text } }

    /// Waits until it has written a text, or ended. Returns whether it has written it.
    func writes(_ text: String) async -> Bool {
        await onThread { self.wait { $0.end != nil || $0.text.contains(text) } }
        return self.text.contains(text)
    }

    /// Waits until it has ended.
    @discardableResult
    func end() async -> End {
        await onThread { self.wait { $0.end != nil } }
        return state.withLock { $0.end } ?? .exited(-1)
    }

    /// Sends it a signal.
    func signal(_ number: Int32) {
        guard let processID = state.withLock({ $0.end == nil ? $0.processID : nil }) else { return }
        kill(processID, number)
    }

    /// It lies beside the tests.
    private static func executable() throws -> URL {
        let name = "event-enrichment"
        let tests = CommandLine.arguments.filter { $0.contains(".xctest") } + [CommandLine.arguments[0]]
        for path in tests {
            let file = URL(filePath: path).deletingLastPathComponent().appending(path: name)
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw CannotStart(description: "\(name) lies in none of the folders of \(tests)")
    }
}
