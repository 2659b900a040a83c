import Foundation
import TestKit

/// A type that is made up by chance: what a value looks like, and through which containers it goes.
indirect enum Schema {
    case bool, int, int8, uint16, int64, uint64, int128, double, float, string, strings, date, uuid, url, data, decimal
    case optional(Schema)
    case array(Schema)
    case object([(name: String, schema: Schema)])
    /// Through a nested container instead of a value of its own.
    case nested([(name: String, schema: Schema)])
    case nestedArray(Schema)
    case dictionary(Schema)
    case numbered(Schema)

    static func random(depth: Int, using random: inout SeededGenerator) -> Schema {
        let scalars: [Schema] = [
            .bool, .int, .int8, .uint16, .int64, .uint64, .int128, .double, .float, .string, .strings, .date, .uuid,
            .url,
            .data, .decimal,
        ]
        guard depth > 0, Int.random(in: 0..<10, using: &random) < 6 else {
            return scalars[Int.random(in: 0..<scalars.count, using: &random)]
        }
        func inner() -> Schema { Schema.random(depth: depth - 1, using: &random) }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .optional(inner())
        case 1: return .array(inner())
        case 2: return .dictionary(inner())
        case 3: return .numbered(inner())
        case 4: return .nested(members(depth: depth, using: &random))
        case 5: return .nestedArray(inner())
        default: return .object(members(depth: depth, using: &random))
        }
    }

    static func members(depth: Int, using random: inout SeededGenerator) -> [(name: String, schema: Schema)] {
        let names = [
            "a", "id", "name", "größe", "with space", "quo\"te", "a/b", "userId", "verylongnameofamember", "x", "y", "",
        ]
        var result: [(name: String, schema: Schema)] = []
        for name in names.shuffled(using: &random).prefix(Int.random(in: 0...6, using: &random)) {
            result.append((name, Schema.random(depth: depth - 1, using: &random)))
        }
        return result
    }
}

/// A value of a made-up type.
struct Sample: Codable, Equatable {
    /// What a value of a schema holds.
    indirect enum Content: Equatable {
        case none
        case bool(Bool)
        case integer(Int128)
        case unsigned(UInt64)
        case double(Double)
        case float(Float)
        case string(String)
        case strings([String])
        case date(Date)
        case uuid(UUID)
        case url(URL)
        case data(Data)
        case decimal(Decimal)
        case list([Content])
        case members([String: Content])
        case numbered([Int: Content])
    }

    let schema: Schema
    let content: Content

    static func == (lhs: Sample, rhs: Sample) -> Bool { lhs.content == rhs.content }

    init(_ schema: Schema, _ content: Content) {
        self.schema = schema
        self.content = content
    }

    init(_ schema: Schema, using random: inout SeededGenerator) {
        self.init(schema, Self.random(schema, using: &random))
    }

    private static func random(_ schema: Schema, using random: inout SeededGenerator) -> Content {
        switch schema {
        case .bool: return .bool(.random(using: &random))
        case .int: return .integer(Int128(Int(truncatingIfNeeded: word(using: &random))))
        case .int8: return .integer(Int128(Int8.random(in: .min ... .max, using: &random)))
        case .uint16: return .integer(Int128(UInt16.random(in: .min ... .max, using: &random)))
        case .int64: return .integer(Int128(Int64(bitPattern: word(using: &random))))
        case .uint64: return .unsigned(word(using: &random))
        case .int128:
            return .integer(
                Int128(truncatingIfNeeded: word(using: &random)) << Int128.random(in: 0...63, using: &random))
        case .double: return .double(Self.double(using: &random))
        case .float: return .float(Float(Int.random(in: -100_000...100_000, using: &random)) / 64)
        case .string: return .string(text(using: &random))
        case .strings: return .strings((0..<Int.random(in: 0...4, using: &random)).map { _ in text(using: &random) })
        case .date:
            return .date(
                Date(timeIntervalSince1970: Double(Int64.random(in: -12_000_000_000...250_000_000_000, using: &random)))
            )
        case .uuid:
            let (a, b) = (random.next(), random.next())
            return .uuid(unsafe unsafeBitCast((a, b), to: UUID.self))
        case .url:
            let url = URL(string: "https://example.org/a%20b/\(random.next())?q=1#f")
            return url.map { .url($0) } ?? .none
        case .data:
            return .data(
                Data(
                    (0..<Int.random(in: 0...20, using: &random)).map { _ in
                        UInt8.random(in: .min ... .max, using: &random)
                    }))
        case .decimal: return .decimal(Decimal(Int64(bitPattern: random.next())) / 1000)
        case .optional(let wrapped):
            if Bool.random(using: &random) { return .none }
            return Self.random(wrapped, using: &random)
        case .array(let element), .nestedArray(let element):
            return .list((0..<Int.random(in: 0...4, using: &random)).map { _ in Self.random(element, using: &random) })
        case .object(let members), .nested(let members):
            return .members(
                members.reduce(into: [:]) { $0[$1.name] = Self.random($1.schema, using: &random) })
        case .dictionary(let value):
            return .members(
                (0..<Int.random(in: 0...4, using: &random)).reduce(into: [:]) { result, _ in
                    result[text(using: &random)] = Self.random(value, using: &random)
                })
        case .numbered(let value):
            return .numbered(
                (0..<Int.random(in: 0...4, using: &random)).reduce(into: [:]) { result, _ in
                    result[Int.random(in: -1000...1000, using: &random)] = Self.random(value, using: &random)
                })
        }
    }

    private static func word(using random: inout SeededGenerator) -> UInt64 {
        let edges: [UInt64] = [0, 1, 9, 10, 99, 1 << 31, 1 << 53, 1 << 63, .max, .max - 1, UInt64(Int64.max)]
        if Bool.random(using: &random) { return edges[Int.random(in: 0..<edges.count, using: &random)] }
        return random.next() >> UInt64.random(in: 0...63, using: &random)
    }

    static func double(using random: inout SeededGenerator) -> Double {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Double(Int.random(in: -1_000_000...1_000_000, using: &random)) / 100
        case 1: return Double(Int.random(in: -1_000_000...1_000_000, using: &random))
        default:
            let value = Double(bitPattern: random.next())
            return value.isFinite ? value : 0
        }
    }

    static func text(using random: inout SeededGenerator) -> String {
        let pieces = [
            "a", "bc", "hello world", "ü", "€", "😀", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1f}", "\u{7f}",
            "\u{2028}", "e\u{301}",
        ]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in
            pieces[Int.random(in: 0..<pieces.count, using: &random)]
        }
        .joined()
    }
}

/// Which schema the next `Sample` is to be read by; decoders carry it in their `userInfo`.
final class SchemaCursor: @unchecked Sendable {
    // Each decoding has one of its own and uses it in one thread.
    var schema: Schema
    init(_ schema: Schema) { self.schema = schema }
}

extension CodingUserInfoKey {
    static let schema = unsafe CodingUserInfoKey(rawValue: "schema").unsafelyUnwrapped
}

/// A key of any name.
struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int?
    init(_ name: String) {
        stringValue = name
        intValue = nil
    }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}
