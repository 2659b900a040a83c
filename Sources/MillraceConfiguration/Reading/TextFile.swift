internal import Glibc

/// Reads a whole file.
enum TextFile {
    /// The bytes of a file, a pipe or a device, of `limit` bytes at most.
    static func read(_ path: String, limit: Int) throws(TextFileError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TextFileError(errno: errno) }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw TextFileError(errno: errno)
            }
            bytes += chunk.prefix(count)
            if bytes.count > limit { throw TextFileError(message: "the file has more than \(limit) bytes") }
        }
    }
}

/// Why a file cannot be read.
struct TextFileError: Error, Equatable {
    let message: String

    init(message: String) {
        self.message = message
    }

    fileprivate init(errno code: Int32) {
        let reason = unsafe String(cString: strerror(code))
        message = "the file cannot be read: \(reason)" + (code == ENOENT ? "; name another one with --config" : "")
    }
}
