import Foundation

/// A new directory, to be removed when it is not needed any more.
struct TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "millrace-quickstart-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Removes it with all that is in it. What cannot be removed stays for the system to clean up.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
