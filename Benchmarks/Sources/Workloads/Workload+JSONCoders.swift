import Foundation
import Millrace

/// The coders by themselves: `Codable`, `@JSON` and Foundation on the same values, in turn, and Jackson after them.
extension Workload {
    static let coders: [Workload] = [
        Workload(name: "json-decode") { options in
            try decode("json-decode-event", JSONEvent.self, JSONEvent.document(471), options.count(200_000))
                + decode(
                    "json-decode-order", JSONOrder.self, JSONBytesEncoder().encode(JSONOrder()), options.count(50_000))
        },
        Workload(name: "json-encode") { options in
            let event = try JSONBytesDecoder().decode(JSONEvent.self, from: JSONEvent.document(471))
            return try encode("json-encode-event", event, options.count(200_000))
                + encode("json-encode-order", JSONOrder(), options.count(50_000))
        },
    ]

    private static func decode<Value: Codable & JSONReadable>(
        _ name: String, _ type: Value.Type, _ document: [UInt8], _ count: Int
    ) throws -> [Result] {
        let ours = JSONBytesDecoder()
        let foundation = JSONDecoder()
        let data = Data(document)
        return try compare(
            name, count, document,
            codable: { consume(try byCodable(ours, type, document)) },
            direct: { consume(try ours.decode(type, from: document)) },
            foundation: { consume(try foundation.decode(type, from: data)) })
    }

    private static func encode<Value: Codable & JSONWritable>(
        _ name: String, _ value: Value, _ count: Int
    ) throws -> [Result] {
        let ours = JSONBytesEncoder()
        let foundation = JSONEncoder()
        foundation.outputFormatting = .withoutEscapingSlashes
        var bytes: [UInt8] = []
        return try compare(
            name, count, ours.encode(value),
            codable: {
                bytes.removeAll(keepingCapacity: true)
                try byCodable(ours, value, &bytes)
            },
            direct: {
                bytes.removeAll(keepingCapacity: true)
                try ours.encode(value, into: &bytes)
            },
            foundation: { consume(try foundation.encode(value)) })
    }

    // Where a function knows only of `Codable`, the type's mark is not seen.
    @inline(never)
    private static func byCodable<Value: Decodable>(
        _ decoder: JSONBytesDecoder, _ type: Value.Type, _ document: [UInt8]
    ) throws -> Value { try decoder.decode(type, from: document) }

    @inline(never)
    private static func byCodable<Value: Encodable>(
        _ encoder: JSONBytesEncoder, _ value: Value, _ bytes: inout [UInt8]
    ) throws { try encoder.encode(value, into: &bytes) }

    /// Takes a value, so that making it is not left out.
    @inline(never)
    private static func consume<Value>(_ value: Value) {}

    /// The medians of five rounds, of which each has all three.
    private static func compare(
        _ name: String, _ count: Int, _ document: [UInt8], codable: @escaping () throws -> Void,
        direct: @escaping () throws -> Void,
        foundation: @escaping () throws -> Void
    ) throws -> [Result] {
        var rounds: [[Double]] = [[], [], []]
        for _ in 0..<5 {
            for (index, work) in [codable, direct, foundation].enumerated() {
                let begin = Usage.now()
                for _ in 0..<count { try work() }
                rounds[index].append((Usage.now().cpuMicroseconds - begin.cpuMicroseconds) / Double(count))
            }
        }
        var medians = rounds.map { $0.sorted()[$0.count / 2] }
        let parts = name.split(separator: "-")
        if let jackson = Jackson.microseconds(String(parts[1]), String(parts[2]), document, count: count) {
            medians.append(jackson)
        }
        return zip(["codable", "macro", "foundation", "jackson"], medians).map { way, microseconds in
            var result = Result(
                workload: "\(name)-\(way)", events: count, threads: 1, eventsPerSecond: 1e6 / microseconds,
                cpuMicroseconds: microseconds)
            result.notes = [("bytes", Double(document.count)), ("times_faster", medians[2] / microseconds)]
            if way == "macro", medians.count > 3 { result.notes.append(("of_jackson", microseconds / medians[3])) }
            return result
        }
    }
}
