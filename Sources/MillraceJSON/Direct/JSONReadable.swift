/// A type that reads itself from JSON without `Codable`; `@JSON` writes the conformance.
///
/// What `Decodable` makes of a document is the law: a type that conforms gives the same value from the same bytes. Where it
/// throws, `Decodable` is asked, so that errors are the same, too.
public protocol JSONReadable: Decodable {
    /// Reads the value that stands next.
    init(json reader: inout JSONReader) throws
}

/// A type that writes itself as JSON without `Codable`; `@JSON` writes the conformance.
///
/// It writes the same bytes as `Encodable` does, and where it throws, `Encodable` is asked.
public protocol JSONWritable: Encodable {
    /// Appends the value.
    func write(json writer: inout JSONWriter) throws
    /// Adds the most bytes that the value's document may have.
    func addSize(to size: inout JSONSize)
}
