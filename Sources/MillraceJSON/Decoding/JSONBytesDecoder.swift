/// Reads values of any `Decodable` type from JSON's bytes.
///
/// It reads what RFC 8259 allows and nothing else: no trailing commas, comments, byte order mark, UTF-16 or single quotes,
/// and nothing behind the value; 512 arrays and objects within each other at most. Of members with the same name the first
/// counts. A number such as `1.0` is an integer as well. Errors are ``JSONError``s, or what a type's own `init(from:)` throws.
///
/// A decoder is a value without state; any thread may use it.
public struct JSONBytesDecoder: Sendable {
    /// How values are read that JSON has no kind for.
    public let options: JSONDecodingOptions
    private let isStandard: Bool

    /// A decoder with the defaults, or with options of your own.
    public init(options: JSONDecodingOptions = JSONDecodingOptions()) {
        self.options = options
        isStandard = options.isStandard
    }

    /// Reads a value from bytes that live during the call at least.
    public func decode<Value: Decodable>(_ type: Value.Type, from bytes: RawSpan) throws -> Value {
        try unsafe bytes.withUnsafeBytes { try unsafe decode(type, from: $0) }
    }

    /// Reads a value from an array's bytes.
    public func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try unsafe bytes.withUnsafeBytes { try unsafe decode(type, from: $0) }
    }

    /// Reads a value from bytes that live during the call at least.
    public func decode<Value: Decodable>(_ type: Value.Type, from bytes: UnsafeRawBufferPointer) throws -> Value {
        var document = JSONDocument.cache.take() ?? JSONDocument()
        defer { JSONDocument.giveBack(&document) }
        try unsafe document.load(bytes)
        return try decodeLoaded(type, document)
    }

    /// Reads a value of a type marked with `@JSON`, without `Codable`; the result is the same.
    public func decode<Value: JSONReadable>(_ type: Value.Type, from bytes: RawSpan) throws -> Value {
        try unsafe bytes.withUnsafeBytes { try unsafe decode(type, from: $0) }
    }

    /// Reads a value of a type marked with `@JSON` from an array's bytes.
    public func decode<Value: JSONReadable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try unsafe bytes.withUnsafeBytes { try unsafe decode(type, from: $0) }
    }

    /// Reads a value of a type marked with `@JSON` from bytes that live during the call at least.
    public func decode<Value: JSONReadable>(_ type: Value.Type, from bytes: UnsafeRawBufferPointer) throws -> Value {
        var document = JSONDocument.cache.take() ?? JSONDocument()
        defer { JSONDocument.giveBack(&document) }
        try unsafe document.load(bytes)
        if isStandard {
            var reader = JSONReader(document)
            // What goes wrong is put into words by `Codable`, so that errors are the same; they are the exception.
            if let value = try? Value(json: &reader), reader.isAtEnd() { return value }
        }
        return try decodeLoaded(type, document)
    }

    @inline(__always)
    private func decodeLoaded<Value: Decodable>(_ type: Value.Type, _ document: JSONDocument) throws -> Value {
        try document.scan()
        if !isStandard {
            document.options = options
            document.userInfo = options.userInfo
        }
        do {
            return try document.decode(type, 0)
        } catch {
            throw document.translate(error)
        }
    }
}

extension JSONDocument {
    /// One document a thread, for the next bytes.
    static let cache = ThreadCache<JSONDocument>()

    /// Puts a document back, unless a decoder has been kept that reads it.
    @inline(__always)
    static func giveBack(_ document: inout JSONDocument) {
        guard document.isSmall, isKnownUniquelyReferenced(&document) else { return }
        if document.options != nil { document.forgetOptions() }
        cache.put(document)
    }
}
