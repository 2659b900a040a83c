/// Why a text is not a JSON path.
public struct JSONPathError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong there, and what to write instead.
    public let message: String
    /// Where in the text, in Unicode scalars from 0.
    public let offset: Int

    /// What is wrong, and at which character, counted from 1.
    public var description: String { "at character \(offset + 1), \(message)" }
}
