/// Bytes that are no value of the wanted type, or a value that JSON cannot say: where, what was expected and what came.
///
/// Its description is safe to log: of the document it holds names of members, `true`, `false`, `null` and the beginning of
/// a number, never a string's characters.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The way to the value, as in `$.user.tags[2]`.
    public let path: String
    /// Where the value begins, in bytes from 0; of bytes that are no JSON the place where they cease to be; `nil` when
    /// writing.
    public let offset: Int?
    /// What should be there.
    public let expected: String
    /// What is there instead, shortened.
    public let found: String

    /// For example `$.user.id: expected a string, found 12, at byte 31`.
    public var description: String {
        "\(path): expected \(expected), found \(found)" + (offset.map { ", at byte \($0)" } ?? "")
    }

    init(path: String, offset: Int?, expected: String, found: String) {
        self.path = path
        self.offset = offset
        self.expected = expected
        self.found = found
    }
}
