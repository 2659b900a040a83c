import Foundation

/// A path in a directory of its own, which is removed with all that is in it.
final class TemporaryFile {
    let path: String
    private let directory: URL

    init(_ text: String? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "millrace-file-\(UUID().uuidString)")
        path = directory.appending(path: "lines.jsonl").path(percentEncoded: false)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        if let text { try write(text) }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Writes over what is there, in the same file.
    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }

    func append(_ text: String) throws { try append(Array(text.utf8)) }

    func append(_ bytes: [UInt8]) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    /// Puts another file in its place.
    func replace(_ text: String) throws {
        let other = directory.appending(path: "other")
        try Data(text.utf8).write(to: other)
        try remove()
        try FileManager.default.moveItem(at: other, to: URL(filePath: path))
    }

    func truncate(to size: UInt64) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: size)
        try file.close()
    }

    func remove() throws { try FileManager.default.removeItem(atPath: path) }
    func makeDirectory() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    func link(to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }
    func forbidReading() throws { try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path) }
}
