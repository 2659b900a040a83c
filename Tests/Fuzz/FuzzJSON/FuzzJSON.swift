import FuzzSupport
import Millrace
import MillraceJSON

/// Bytes are a value or an error with a place in them; a value that was read is written to bytes that give it again; and the
/// direct way reads and writes what `Codable` does.
@main
enum FuzzJSON: FuzzTarget {
    static func tryInput(_ input: [UInt8]) {
        tryAny(input)
        tryMarked(FuzzEvent.self, input)
        tryMarked(FuzzShape.self, input)
        tryMember(input)
    }

    /// The generic function knows of `Codable` only.
    private static func codable<Value: Decodable>(_ type: Value.Type, _ input: [UInt8]) -> Value? {
        do { return try JSONBytesDecoder().decode(type, from: input) } catch let error as JSONError {
            precondition(error.offset.map { 0...input.count ~= $0 } == true, "\(error)")
            return nil
        } catch { preconditionFailure("\(error)") }
    }

    private static func codable<Value: Encodable>(_ value: Value) -> [UInt8] {
        do { return try JSONBytesEncoder().encode(value) } catch { preconditionFailure("\(error)") }
    }

    private static func tryAny(_ input: [UInt8]) {
        guard let value = codable(FuzzValue.self, input) else { return }
        let bytes = codable(value)
        precondition(codable(FuzzValue.self, bytes) == value, "\(String(decoding: bytes, as: UTF8.self))")
    }

    private static func tryMarked<Value: Codable & Equatable & JSONReadable & JSONWritable>(
        _ type: Value.Type, _ input: [UInt8]
    ) {
        let direct = try? JSONReader.withReader(of: input) { reader in try Value(json: &reader) }
        let byCodable = codable(type, input)
        precondition(
            direct == byCodable, "direct: \(String(describing: direct)), Codable: \(String(describing: byCodable))")
        guard let value = direct else { return }
        let written = try? JSONWriter.bytes { writer in try value.write(json: &writer) }
        precondition(written == codable(value))
    }

    private static func tryMember(_ input: [UInt8]) {
        let found = try? unsafe input.withUnsafeBytes { try unsafe JSONMemberReader.read([.member("kind")], in: $0) }
        guard case .object(let members) = codable(FuzzValue.self, input) else { return }
        // A name of other scalars that are the same characters is another name to the reader.
        if case .string(let text) = members["kind"], text.utf8.allSatisfy({ $0 < 0x80 }), let found {
            precondition(found == Array(text.utf8))
        }
    }
}

@JSON struct FuzzEvent: Codable, Equatable {
    var kind: String
    var aNameOfMoreThanTwoWords: Double?
    var count: Int?
    var small: UInt8?
    var tags: [String]?
    var shapes: [FuzzShape]?
    var sizes: [String: Int]?
    var twice: Int??
    var plain: FuzzPlain?
}

/// Goes through `Codable` within a marked type.
struct FuzzPlain: Codable, Equatable {
    var id: String
    var level: Int8?
}

@JSON indirect enum FuzzShape: Codable, Equatable {
    case circle(radius: Double)
    case pair(FuzzShape, of: FuzzShape?)
    case nothing
}
