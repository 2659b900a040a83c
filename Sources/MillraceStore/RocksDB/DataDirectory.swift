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
        let names = try entries(directory, of: directory)
        if names.contains("CURRENT") { return .database }
        let logs = names.contains("log") ? try entries(LogFolder.path(in: directory), of: directory) : []
        if let data = (names + logs).sorted().first(where: { $0.hasSuffix(".sst") || isLog($0) }) {
            throw .damaged(directory: directory, reason: "the file CURRENT is missing, but there is \(data)")
        }
        let leftovers = ["LOCK", "LOG", "IDENTITY", "MANIFEST-", "OPTIONS-", "SYNCED", "lost+found", "log"]
        let foreign = names.sorted().first { name in
            !name.hasSuffix(".dbtmp") && !leftovers.contains { name.hasPrefix($0) }
        }
        if let foreign {
            throw .notADataDirectory(directory: directory, reason: "it has other files, such as “\(foreign)”")
        }
        return .nothing
    }

    /// Checks that there is room for the files that opening writes.
    ///
    /// RocksDB's information log makes Debian's build, with its assertions, abort the process when its header finds none.
    static func checkRoom(_ directory: String) throws(StoreError) {
        let path = directory + "/000000.dbtmp"  // A temporary file by RocksDB's rules: it removes one that is left.
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(errno, directory, "creating a file") }
        defer {
            _ = close(descriptor)
            unsafe _ = unlink(path)
        }
        let bytes = [UInt8](repeating: 0xff, count: 1 << 20)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure(errno, directory, "writing a file of 1 MiB") }
            written += count
        }
    }

    private static func isLog(_ name: String) -> Bool {
        name.hasSuffix(".log") && name.dropLast(4).allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// The names in a folder of the data directory, in no order.
    static func entries(_ folder: String, of directory: String) throws(StoreError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw failure(errno, directory, "reading \(folder)") }
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
    static func synchronize(_ parent: String, of directory: String) throws(StoreError) {
        let descriptor = unsafe Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }  // One may enter and write it but not list it.
        defer { _ = Glibc.close(descriptor) }
        if fsync(descriptor) != 0 && errno != EINVAL { throw failure(errno, directory, "syncing \(parent)") }
    }

    /// The system's words for an error.
    static func text(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))  // glibc's keeps one text a thread.
    }

    /// The system's error as it concerns the directory.
    static func failure(_ code: Int32, _ directory: String, _ action: String) -> StoreError {
        let reason = "\(action): \(text(code))"
        return switch code {
        case EACCES, EPERM, EROFS: .notPermitted(directory: directory, reason: reason)
        case ENOSPC, EDQUOT: .diskFull(directory: directory, reason: reason)
        case ENOTDIR, EEXIST, ELOOP, ENAMETOOLONG: .notADataDirectory(directory: directory, reason: reason)
        default: .failed(directory: directory, reason: reason)
        }
    }
}
