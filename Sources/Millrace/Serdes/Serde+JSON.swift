@_exported public import MillraceJSON

extension Serde where Value: Codable & SendableMetatype {
    /// JSON by the type's `Codable` conformance; dates as ISO 8601 text. Types marked with ``JSON()`` take the direct way.
    ///
    /// Costs a look into a table; making it again for each use is fine.
    public static var json: Self { Self(JSONCodings.find(Value.self)) }
}

/// How values of one type become JSON and come back. Static functions, so that a serde holds nothing that is counted.
protocol JSONCoding<Value>: SendableMetatype {
    associatedtype Value
    static var isDirect: Bool { get }
    static func encode(_ value: Value, _ bytes: inout [UInt8]) throws
    static func decode(_ bytes: RawSpan) throws -> Value
    /// The most bytes that the value's document may have, where the value may stand for it; see ``JSONSize``.
    static func size(of value: Value) -> Int?
}

/// By `Codable`.
enum CodableJSON<Value: Codable & SendableMetatype>: JSONCoding {
    static var isDirect: Bool { false }

    static func encode(_ value: Value, _ bytes: inout [UInt8]) throws {
        do { try JSONDefaults.encoder.encode(value, into: &bytes) } catch {
            throw JSONDefaults.unencodable(Value.self, error)
        }
    }

    static func decode(_ bytes: RawSpan) throws -> Value {
        do { return try JSONDefaults.decoder.decode(Value.self, from: bytes) } catch {
            throw JSONDefaults.undecodable(Value.self, error)
        }
    }

    // Its own code may throw, or write less than it holds.
    static func size(of value: Value) -> Int? { nil }
}

/// By the code that `@JSON` has written.
enum DirectJSON<Value: JSONReadable & JSONWritable & SendableMetatype>: JSONCoding {
    static var isDirect: Bool { true }

    static func encode(_ value: Value, _ bytes: inout [UInt8]) throws {
        do { try JSONDefaults.encoder.encode(value, into: &bytes) } catch {
            throw JSONDefaults.unencodable(Value.self, error)
        }
    }

    static func decode(_ bytes: RawSpan) throws -> Value {
        do { return try JSONDefaults.decoder.decode(Value.self, from: bytes) } catch {
            throw JSONDefaults.undecodable(Value.self, error)
        }
    }

    static func size(of value: Value) -> Int? {
        var size = JSONSize()
        value.addSize(to: &size)
        return size.bytes
    }
}

/// The coders that all serdes share.
enum JSONDefaults {
    static let encoder = JSONBytesEncoder()
    static let decoder = JSONBytesDecoder()

    @inline(never)
    static func undecodable<T>(_ type: T.Type, _ error: any Error) -> SerdeError {
        .notDecodable(type: "\(type)", reason: reason(error))
    }

    @inline(never)
    static func unencodable<T>(_ type: T.Type, _ error: any Error) -> SerdeError {
        .notEncodable(type: "\(type)", reason: reason(error))
    }

    /// Errors of the types' own may have something of the value in them, so only their kind is told.
    private static func reason(_ error: any Error) -> String {
        (error as? JSONError)?.description ?? "\(type(of: error))"
    }
}
