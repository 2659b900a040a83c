/// Where the record that a handler works on came from.
public struct SourceRecord: Sendable {
    /// One header. Kafka allows a name more than once, and a value that is absent.
    public struct Header: Hashable, Sendable {
        /// The header's name.
        public let name: String
        /// The header's bytes, or `nil` where it has none.
        public let value: [UInt8]?

        /// A header.
        public init(name: String, value: [UInt8]?) {
            self.name = name
            self.value = value
        }
    }

    /// The topic, or the file's path.
    public let topic: String
    /// The Kafka partition; 0 for a file.
    public let partition: Int32
    /// The record's offset in its partition; for a file the position of the line's first byte.
    public let offset: Int64
    /// Milliseconds since 1970, as the record says, or `nil` where it says nothing.
    public let timestampMilliseconds: Int64?
    /// The record's own key, which need not be the object's, or `nil` where it has none.
    public let key: [UInt8]?
    /// The headers, in order.
    public let headers: [Header]
    /// True when the record has no value at all (a tombstone); the handler's input is then empty.
    public let isTombstone: Bool

    package init(
        topic: String, partition: Int32, offset: Int64, timestampMilliseconds: Int64?, key: [UInt8]?,
        headers: [Header], isTombstone: Bool
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestampMilliseconds = timestampMilliseconds
        self.key = key
        self.headers = headers
        self.isTombstone = isTombstone
    }

    /// The value of the last header of that name, as Kafka's own clients look it up.
    public func header(_ name: String) -> [UInt8]? { headers.last { $0.name == name }?.value }
}
