/// Why something ended without a value: a terminal error, as the journal and callers see it.
public struct Failure: Hashable, Sendable {
    /// What a failure says beside its message.
    public struct Metadata: Hashable, Sendable {
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

    /// A number with the meaning of an HTTP status where there is one: 404, 409, 500, …
    public var code: UInt32
    /// Text for people.
    public var message: String
    /// What else there is to say, in order. Version 6 and later; older peers ignore it.
    public var metadata: [Metadata]

    /// Makes one of its parts.
    public init(code: UInt32, message: String, metadata: [Metadata] = []) {
        self.code = code
        self.message = message
        self.metadata = metadata
    }
}
