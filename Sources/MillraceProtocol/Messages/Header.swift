/// A header of a request to a handler.
public struct Header: Hashable, Sendable {
    /// The name.
    public var key: String
    /// The content.
    public var value: String

    /// Makes one of its parts.
    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}
