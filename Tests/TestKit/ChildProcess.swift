package import Foundation
import Synchronization

/// A process of an executable that lies beside the tests, and what it writes.
package final class ChildProcess: Sendable {
    /// How a process ended.
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// Why there is no process.
    package struct CannotStart: Error, CustomStringConvertible {
        package let description: String
        package init(description: String) { self.description = description }
    }

    private struct State: Sendable {
        var processID: Int32?
        var failure: String?
        var end: End?
        var output = ""
    }

    private let state = Mutex(State())
    private let changed = NSCondition()

    /// Starts it, with standard output and standard error on one pipe.
    ///
    /// - Parameter log: a file that what it writes is appended to.
    /// - Throws: ``CannotStart``.
    package init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:],
        input: FileHandle = .nullDevice, log: String? = nil
    ) throws {
        let executable = try Self.executable(name)
        // The process belongs to its thread.
        Thread { [self] in
            do { try run(executable, arguments, environment, input, log) } catch {
                change { $0.failure = "\(error)" }
            }
        }.start()
        wait { $0.processID != nil || $0.failure != nil }
        if let failure = state.withLock({ $0.failure }) { throw CannotStart(description: failure) }
    }

    private func run(
        _ executable: URL, _ arguments: [String], _ environment: [String: String], _ input: FileHandle, _ log: String?
    ) throws {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        let file = try log.map { try Self.appending(to: $0) }
        try process.run()
        let processID = process.processIdentifier
        change { $0.processID = processID }
        // What is there: `read(upToCount:)` would wait for that many.
        while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
            try file?.write(contentsOf: data)
            change { $0.output += String(decoding: data, as: UTF8.self) }
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        let end: End = process.terminationReason == .exit ? .exited(status) : .killed(signal: status)
        change { $0.end = end }
    }

    private static func appending(to path: String) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        return file
    }

    private func change(_ body: (inout State) -> Void) {
        changed.lock()
        state.withLock { body(&$0) }
        changed.broadcast()
        changed.unlock()
    }

    private func wait(until deadline: Date? = nil, for condition: (State) -> Bool) {
        changed.lock()
        defer { changed.unlock() }
        while !state.withLock({ condition($0) }) {
            if let deadline { guard changed.wait(until: deadline) else { return } } else { changed.wait() }
        }
    }

    // MARK: Watching. All that waits here blocks its thread.

    /// What it has written so far.
    package var output: String { state.withLock { $0.output } }

    /// Waits until it has written a text, or ended. Returns whether it has written it.
    package func hasWritten(_ text: String) -> Bool {
        wait { $0.end != nil || $0.output.contains(text) }
        return output.contains(text)
    }

    /// Waits until it has ended.
    @discardableResult
    package func end() -> End {
        wait { $0.end != nil }
        return state.withLock { $0.end } ?? .exited(-1)
    }

    /// Waits until it has ended, or the time is over. Returns how it ended, if it did.
    package func end(within milliseconds: Int) -> End? {
        wait(until: Date(timeIntervalSinceNow: Double(milliseconds) / 1_000)) { $0.end != nil }
        return state.withLock { $0.end }
    }

    /// Sends it a signal.
    package func signal(_ number: Int32) {
        guard let processID = state.withLock({ $0.end == nil ? $0.processID : nil }) else { return }
        kill(processID, number)
    }

    private static func executable(_ name: String) throws -> URL {
        let tests = CommandLine.arguments.filter { $0.contains(".xctest") } + [CommandLine.arguments[0]]
        for path in tests {
            let file = URL(filePath: path).deletingLastPathComponent().appending(path: name)
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw CannotStart(description: "\(name) lies in none of the folders of \(tests)")
    }
}
