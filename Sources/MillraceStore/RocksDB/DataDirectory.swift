import Glibc

/// What lies in a directory before RocksDB is asked about it.
enum DataDirectory {
    enum Content: Equatable {
        /// Nothing, or what is left of a creation that was interrupted.
        case nothing
        /// A RocksDB database.
        case database
    }

    /// Creates the directory and those above it where they are missing.
    static func create(_ directory: String) throws(StoreError) {
        var path = directory.hasPrefix("/") ? "/" : ""
        for part in directory.split(separator: "/") {
            let parent = path.isEmpty ? "." : path
            path += (path.isEmpty || path.hasSuffix("/") ? "" : "/") + part
            if unsafe mkdir(path, 0o755) == 0 {
                try synchronize(parent, of: directory)
            } else if errno != EEXIST {
                throw failure(errno, directory, "creating \(path)")
            }
        }
    }

    /// - Throws: ``StoreError/notADataDirectory(directory:reason:)`` for files of others,
    ///   ``StoreError/damaged(directory:reason:)`` where RocksDB's files are there without the first of them.
    static func inspect(_ directory: String) throws(StoreError) -> Content {
        let names = try entries(directory)
        if names.contains("CURRENT") { return .database }
        if let data = names.sorted().first(where: { $0.hasSuffix(".sst") || isLog($0) }) {
            throw .damaged(directory: directory, reason: "the file CURRENT is missing, but there is \(data)")
        }
        let leftovers = ["LOCK", "LOG", "IDENTITY", "MANIFEST-", "OPTIONS-", "SYNCED", "lost+found"]
        let foreign = names.sorted().first { name in
            !name.hasSuffix(".dbtmp") && !leftovers.contains { name.hasPrefix($0) }
        }
        if let foreign {
            throw .notADataDirectory(directory: directory, reason: "it has other files, such as “\(foreign)”")
        }
        return .nothing
    }

    private static func isLog(_ name: String) -> Bool {
        name.hasSuffix(".log") && name.dropLast(4).allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// The names in a directory.
    private static func entries(_ directory: String) throws(StoreError) -> [String] {
        guard let stream = unsafe opendir(directory) else { throw failure(errno, directory, "reading it") }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes durable that `parent` has a new entry.
    private static func synchronize(_ parent: String, of directory: String) throws(StoreError) {
        let descriptor = unsafe Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }  // One may enter and write it but not list it.
        defer { _ = Glibc.close(descriptor) }
        if fsync(descriptor) != 0 && errno != EINVAL { throw failure(errno, directory, "syncing \(parent)") }
    }

    private static func failure(_ code: Int32, _ directory: String, _ action: String) -> StoreError {
        let reason = unsafe "\(action): \(String(cString: strerror(code)))"
        return switch code {
        case EACCES, EPERM, EROFS: .notPermitted(directory: directory, reason: reason)
        case ENOSPC, EDQUOT: .diskFull(directory: directory, reason: reason)
        case ENOTDIR, EEXIST, ELOOP, ENAMETOOLONG: .notADataDirectory(directory: directory, reason: reason)
        default: .failed(directory: directory, reason: reason)
        }
    }
}
