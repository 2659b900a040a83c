/// How values of one type become bytes and come back.
///
/// JSON is the default for `Codable` types and raw bytes the default for `[UInt8]`; pass another one where a state key or
/// a handler is declared. Functions of a serde may be called from any thread.
public struct Serde<Value>: Sendable {
    /// The media type of the bytes, for example `application/json`.
    public let contentType: String
    private let coding: Coding

    private enum Coding: Sendable {
        case functions(
            encode: @Sendable (Value, inout [UInt8]) throws -> Void, decode: @Sendable (RawSpan) throws -> Value)
        case json(any JSONCoding<Value>.Type)
    }

    /// A serde of your own: a function that appends a value's bytes, and one that reads a value from bytes that live only
    /// during the call. What they throw reaches the handler's caller, or the poison policy of a record.
    public init(
        contentType: String,
        encode: @escaping @Sendable (Value, inout [UInt8]) throws -> Void,
        decode: @escaping @Sendable (RawSpan) throws -> Value
    ) {
        self.contentType = contentType
        coding = .functions(encode: encode, decode: decode)
    }

    /// JSON.
    init(_ coding: any JSONCoding<Value>.Type) {
        contentType = "application/json"
        self.coding = .json(coding)
    }

    /// How JSON is read and written, where it is JSON.
    var jsonCoding: (any JSONCoding<Value>.Type)? {
        guard case .json(let coding) = coding else { return nil }
        return coding
    }

    /// Whether values are read and written by what `@JSON` has generated.
    package var takesDirectWay: Bool {
        guard case .json(let coding) = coding else { return false }
        return coding.isDirect
    }

    /// Appends a value's bytes.
    public func encode(_ value: Value, _ bytes: inout [UInt8]) throws {
        switch coding {
        case .functions(let encode, _): try encode(value, &bytes)
        case .json(let coding): try coding.encode(value, &bytes)
        }
    }

    /// Reads a value from bytes that live only during the call.
    public func decode(_ bytes: RawSpan) throws -> Value {
        switch coding {
        case .functions(_, let decode): try decode(bytes)
        case .json(let coding): try coding.decode(bytes)
        }
    }

    /// A value's bytes, for the outside.
    package func bytes(of value: Value) throws -> [UInt8] { try encode(value) }

    /// The value of bytes, for the outside.
    package func value(of bytes: [UInt8]) throws -> Value { try decode(bytes) }

    /// Reads a value from bytes of its own.
    func decode(_ bytes: [UInt8]) throws -> Value {
        try unsafe bytes.withUnsafeBytes { try unsafe decode($0.bytes) }
    }

    /// A value's bytes.
    func encode(_ value: Value) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, &bytes)
        return bytes
    }
}

extension Serde where Value == [UInt8] {
    /// The bytes themselves.
    public static var bytes: Self {
        Self(contentType: "application/octet-stream", encode: { $1.append(contentsOf: $0) }, decode: { $0.copied() })
    }
}

extension Serde where Value == Void {
    /// No bytes at all; what bytes there are is not read.
    public static var empty: Self {
        Self(contentType: "application/octet-stream", encode: { _, _ in }, decode: { _ in })
    }
}

extension Serde where Value == String {
    /// UTF-8 text, without quotes. Bytes that are not UTF-8 are an error.
    public static var text: Self {
        Self(
            contentType: "text/plain", encode: { $1.append(contentsOf: $0.utf8) },
            decode: { span in
                guard let text = String(validating: span.copied(), as: UTF8.self) else { throw SerdeError.notUTF8 }
                return text
            })
    }
}

extension RawSpan {
    /// The bytes, copied into an array.
    package func copied() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
