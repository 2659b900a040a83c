import Foundation
import MillraceEngine
import Synchronization

/// A process of the tests' executable, and what it writes.
final class ChildProcess: Sendable {
    /// How a process ended.
    enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    private struct State: Sendable {
        var processID: Int32?
        var failure: String?
        var end: End?
        var output = ""
    }

    struct CannotStart: Error, CustomStringConvertible { let description: String }

    private let state = Mutex(State())
    private let changed = Signal()

    /// Starts it.
    /// - Parameters:
    ///   - input: a file for its standard input.
    ///   - log: a file that what it writes is appended to.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil, log: String
    ) throws -> ChildProcess {
        let child = ChildProcess()
        // The process belongs to its thread.
        Thread {
            do { try child.run(arguments, environment, input: input, log: log) } catch {
                child.change { $0.failure = "\(error)" }
            }
        }.start()
        child.wait { $0.processID != nil || $0.failure != nil }
        if let failure = child.state.withLock({ $0.failure }) { throw CannotStart(description: failure) }
        return child
    }

    private func run(_ arguments: [String], _ environment: [String: String], input: String?, log: String) throws {
        let process = Process()
        process.executableURL = try Self.executable()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: URL(filePath: $0)) } ?? FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(filePath: log)) }
        let file = try FileHandle(forWritingTo: URL(filePath: log))
        try file.seekToEnd()
        try process.run()
        let processID = process.processIdentifier
        change { $0.processID = processID }
        // What is there: `read(upToCount:)` would wait for that many.
        while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
            try file.write(contentsOf: data)
            change { $0.output += String(decoding: data, as: UTF8.self) }
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

    // MARK: Watching

    /// What it has written so far.
    var output: String { state.withLock { $0.output } }

    /// Waits until it has written a text, or ended. Returns whether it has written it.
    func hasWritten(_ text: String) -> Bool {
        wait { $0.end != nil || $0.output.contains(text) }
        return output.contains(text)
    }

    /// Waits until it has ended.
    @discardableResult
    func end() -> End {
        wait { $0.end != nil }
        return state.withLock { $0.end } ?? .exited(-1)
    }

    /// Waits until it has ended, or the time is over. Returns how it ended, if it did.
    func end(within milliseconds: Int) -> End? {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while state.withLock({ $0.end }) == nil {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { break }
            changed.wait(timeoutMilliseconds: max(1, Int(left.components.attoseconds / 1_000_000_000_000_000)))
        }
        return state.withLock { $0.end }
    }

    /// Sends it a signal.
    func signal(_ number: Int32) {
        guard let processID = state.withLock({ $0.end == nil ? $0.processID : nil }) else { return }
        kill(processID, number)
    }

    // MARK: The executable

    /// It lies beside the tests.
    private static func executable() throws -> URL {
        let name = "millrace-crash-child"
        let folders = CommandLine.arguments.filter { $0.contains(".xctest") } + [CommandLine.arguments[0]]
        for path in folders {
            let file = URL(filePath: path).deletingLastPathComponent().appending(path: name)
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw CannotStart(description: "\(name) lies in none of the folders of \(folders)")
    }
}
