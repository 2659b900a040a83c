import Foundation
import Millrace
import Synchronization

/// The other team's system. Each request can be repeated without harm.
protocol UserDirectory: Sendable {
    /// Sets a user's role, and returns the one before.
    func setRole(_ role: String, of user: String) async throws -> String
    /// Allows a user something. A `TerminalError` where that can never be.
    func allow(_ permission: String, to user: String) async throws
}

/// A stand-in that prints what it is asked for, and is out of order now and then.
final class PrintedDirectory: UserDirectory {
    private let requests = Mutex(0)

    func setRole(_ role: String, of user: String) async throws -> String {
        say("\(user) is now \(role)")
        return "guest"
    }

    func allow(_ permission: String, to user: String) async throws {
        if permission.contains("*") { throw TerminalError("nobody may '\(permission)'", code: 403) }
        let number = requests.withLock { requests in
            requests += 1
            return requests
        }
        // Every third request fails: its step is tried again, and the steps before it are not.
        if number.isMultiple(of: 3) { throw OutOfOrder() }
        say("\(user) may \(permission)")
    }

    private func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    struct OutOfOrder: Error {}
}
