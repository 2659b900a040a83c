import Foundation

/// A directory for one crash test, which is kept when the test fails.
final class CrashDirectory {
    let path: String
    private(set) var isKept = false

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "millrace-crash-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit { if !isKept { try? FileManager.default.removeItem(atPath: path) } }

    func keep() { isKept = true }

    var data: String { path + "/data" }
    var log: String { path + "/log" }

    /// Writes a file, and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }

    func append(_ name: String, _ text: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path + "/" + name))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
}
