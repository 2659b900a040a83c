import Glibc

/// A regular file, open for reading as long as this lives.
final class OpenFile {
    /// What tells a file from another one of the same path.
    struct Identity: Equatable {
        let device: UInt64
        let node: UInt64
    }

    private let descriptor: Int32
    private let path: String
    let identity: Identity

    init(path: String) throws(FileError) {
        // Opening a pipe without a writer would wait for one.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .doesNotExist(path: path) : .cannotOpen(path: path, number: errno)
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw .cannotOpen(path: path, number: number)
        }
        if let kind = Self.kind(status.st_mode) {
            close(descriptor)
            throw .notAFile(path: path, kind: kind)
        }
        self.descriptor = descriptor
        self.path = path
        identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    }

    deinit { close(descriptor) }

    /// The file that has the path now, or `nil` where there is none.
    static func identity(ofPath path: String) -> Identity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    }

    /// How many bytes it has at the moment.
    func size() throws(FileError) -> Int64 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .cannotRead(path: path, position: 0, number: errno)
        }
        return Int64(status.st_size)
    }

    /// Reads bytes from a position on into a buffer, as many as there are and fit. Returns how many; 0 at the end.
    func read(at position: Int64, into buffer: inout [UInt8]) throws(FileError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(position))
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw .cannotRead(path: path, position: position, number: errno) }
        }
    }

    // MARK: Lines

    /// Whether a line begins at a position, or ends there: the file's last line may have been taken before its line feed
    /// was written.
    func isBetweenLines(_ position: Int64) throws(FileError) -> Bool {
        guard position > 0 else { return true }
        var around = [UInt8](repeating: 0, count: 3)
        let count = try read(at: position - 1, into: &around)
        let feed = UInt8(ascii: "\n")
        if count < 2 || around[0] == feed || around[1] == feed { return true }
        return around[1] == UInt8(ascii: "\r") && (count < 3 || around[2] == feed)
    }

    /// The position after the last line feed, at or before a position.
    func endOfLastLine(before position: Int64) throws(FileError) -> Int64 {
        var end = position
        var buffer: [UInt8] = []
        while end > 0 {
            let start = max(0, end - 65_536)
            buffer = [UInt8](repeating: 0, count: Int(end - start))
            let count = try read(at: start, into: &buffer)
            if let feed = buffer[..<count].lastIndex(of: UInt8(ascii: "\n")) { return start + Int64(feed) + 1 }
            end = start
        }
        return 0
    }

    private static func kind(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a directory"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }
}
