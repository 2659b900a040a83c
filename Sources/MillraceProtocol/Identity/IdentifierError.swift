/// A text that should be the id of an invocation or of an awakeable, and is not.
public enum IdentifierError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the text should have named.
    public enum Kind: String, Hashable, Sendable {
        case invocation
        case awakeable
    }

    /// It begins otherwise.
    case prefix(kind: Kind, expected: String)
    /// It is an id of a version that is not known.
    case version(kind: Kind, expected: String)
    /// It has too few or too many characters; an id that was cut off when it was copied, most often.
    case length(kind: Kind, expected: Int, actual: Int)
    /// It has a character that no id has.
    case character(kind: Kind)
    /// It stands for a number that no id has.
    case range(kind: Kind)

    /// What is wrong, for people; holds no value of a user's.
    public var description: String {
        switch self {
        case .prefix(let kind, let expected): "not the id of an \(kind.rawValue): it does not begin with '\(expected)'"
        case .version(let kind, let expected):
            "the id of an \(kind.rawValue) of an unknown version: it does not begin with '\(expected)'"
        case .length(let kind, let expected, let actual):
            "not the id of an \(kind.rawValue): it has \(actual) characters, not \(expected); was it cut off?"
        case .character(let kind): "not the id of an \(kind.rawValue): it has a character that no id has"
        case .range(let kind): "not the id of an \(kind.rawValue): it stands for a number that is too large"
        }
    }
}
