import Foundation
import Synchronization

/// A directory that is removed when nobody needs it any more.
package final class TemporaryDirectory: Sendable {
    package let path: String
    private let kept = Mutex(false)

    package init() throws {
        path =
            FileManager.default.temporaryDirectory.appending(path: "millrace-test-\(UUID().uuidString)")
            .path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        guard !isKept else { return }
        // What a test has made unreadable could not be removed.
        for file in FileManager.default.enumerator(atPath: path)?.compactMap({ $0 as? String }) ?? [] {
            try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path + "/" + file)
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Lets it stay, for people to look at.
    package func keep() { kept.withLock { $0 = true } }

    package var isKept: Bool { kept.withLock { $0 } }

    /// Writes a file, and returns its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }

    /// Adds to the end of a file.
    package func append(_ name: String, _ text: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path + "/" + name))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
}
