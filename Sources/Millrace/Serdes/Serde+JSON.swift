import Foundation

extension Serde where Value: Codable & SendableMetatype {
    /// JSON by the type's `Codable` conformance; dates as ISO 8601 text.
    public static var json: Self {
        let type = "\(Value.self)"
        return Self(
            contentType: "application/json",
            encode: { value, bytes in
                let encoder = JSONEncoder()
                encoder.dateEncodingStrategy = .iso8601
                encoder.outputFormatting = [.withoutEscapingSlashes]
                do {
                    bytes.append(contentsOf: try encoder.encode(value))
                } catch {
                    throw SerdeError.notEncodable(type: type, reason: JSONFailure.describe(error))
                }
            },
            decode: { span in
                let decoder = JSONDecoder()
                decoder.dateDecodingStrategy = .iso8601
                do {
                    return try decoder.decode(Value.self, from: Data(span.copied()))
                } catch {
                    throw SerdeError.notDecodable(type: type, reason: JSONFailure.describe(error))
                }
            })
    }
}

/// Puts what Foundation's coders throw into words with a path, and without the value itself, which may be a secret.
enum JSONFailure {
    static func describe(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\(path(context.codingPath)): the member '\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(let type, let context):
            "\(path(context.codingPath)): expected \(type), found something else"
        case DecodingError.valueNotFound(let type, let context):
            "\(path(context.codingPath)): expected \(type), found null"
        case DecodingError.dataCorrupted(let context):
            "\(path(context.codingPath)): \(context.debugDescription)"
        case EncodingError.invalidValue(_, let context):
            "\(path(context.codingPath)): \(context.debugDescription)"
        default: "\(type(of: error))"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "$") { path, key in
            if let index = key.intValue { path += "[\(index)]" } else { path += ".\(key.stringValue)" }
        }
    }
}
