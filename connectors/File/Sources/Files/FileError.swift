import Glibc

/// Why a file cannot be read at the moment. Each may end by itself, so the file is tried again.
enum FileError: Error, CustomStringConvertible, Equatable {
    /// There is nothing of that path.
    case doesNotExist(path: String)
    /// What is there is no regular file.
    case notAFile(path: String, kind: String)
    /// It cannot be opened; `number` is the `errno`.
    case cannotOpen(path: String, number: Int32)
    /// It cannot be read at a position; `number` is the `errno`.
    case cannotRead(path: String, position: Int64, number: Int32)

    var description: String {
        switch self {
        case .doesNotExist(let path): "the file '\(path)' does not exist; it is read as soon as it does"
        case .notAFile(let path, let kind):
            "'\(path)' is \(kind), and positions in it mean nothing; name a regular file, or feed it to 'source: stdin'"
        case .cannotOpen(let path, EACCES), .cannotOpen(let path, EPERM):
            "the file '\(path)' may not be read by user \(geteuid()) (permission denied); allow that, and it is read"
        case .cannotOpen(let path, let number): "the file '\(path)' cannot be opened: \(Self.text(number))"
        case .cannotRead(let path, let position, let number):
            "the file '\(path)' cannot be read at byte \(position): \(Self.text(number))"
        }
    }

    static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
