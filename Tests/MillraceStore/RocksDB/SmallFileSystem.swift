import Foundation
import TestKit

/// A file system of its own in memory, for tests of full and read-only disks. Only root can mount it.
final class SmallFileSystem {
    let path: String
    private let directory: TemporaryDirectory

    static let needsRoot = "mounting a file system takes root"
    /// Whether this process may mount file systems. Being root is not enough in a container.
    static let isPossible = (try? SmallFileSystem(megabytes: 1)) != nil

    init(megabytes: Int) throws {
        directory = try TemporaryDirectory()
        path = directory.path
        guard Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path) else {
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    deinit { _ = Self.run("umount", "-l", path) }

    func makeReadOnly() -> Bool { Self.run("mount", "-o", "remount,ro", path) }

    private var ballast: String { path + "/ballast" }

    /// Fills the file system but for some bytes, if it is not that full already.
    func fill(leaving free: Int) throws {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
        let available = (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        if available > free { try Data(count: available - free).write(to: URL(filePath: ballast)) }
    }

    func free() throws { try FileManager.default.removeItem(atPath: ballast) }

    private static func run(_ program: String, _ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
