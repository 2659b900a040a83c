import Foundation

/// A directory that is removed at the end of a test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "millrace-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The files of the directory whose names end in `suffix`, in order.
    func files(_ suffix: String, under folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + folder).filter { $0.hasSuffix(suffix) }.sorted()
            .map { path + folder + "/" + $0 }
    }
}

/// Inverts the bits of a byte of a file; a negative place counts from the end.
func flipByte(of file: String, at place: Int) throws {
    var bytes = try Data(contentsOf: URL(filePath: file))
    bytes[place < 0 ? bytes.count + place : place] ^= 0xff
    try bytes.write(to: URL(filePath: file))
}
