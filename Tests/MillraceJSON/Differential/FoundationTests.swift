import Foundation
import MillraceJSON
import TestKit
import Testing

/// Foundation's coders, as far as they agree with ours.
enum Reference {
    static func encode(_ sample: Sample) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return Array(try encoder.encode(sample))
    }

    static func decode(_ schema: Schema, _ bytes: [UInt8]) throws -> Sample {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        decoder.userInfo[.schema] = SchemaCursor(schema)
        return try decoder.decode(Sample.self, from: Data(bytes))
    }
}

/// Ours.
enum Subject {
    static func encode(_ sample: Sample, sorted: Bool = false) throws -> [UInt8] {
        var options = JSONEncodingOptions()
        if sorted { options.formatting = .sortedKeys }
        return try JSONBytesEncoder(options: options).encode(sample)
    }

    static func decode(_ schema: Schema, _ bytes: [UInt8]) throws -> Sample {
        var options = JSONDecodingOptions()
        options.userInfo[.schema] = SchemaCursor(schema)
        return try JSONBytesDecoder(options: options).decode(Sample.self, from: bytes)
    }
}

@Suite("JSON beside Foundation")
struct FoundationTests {
    /// Each block of seeds is one test, so that thousands of them do not flood the output.
    @Test(arguments: 0..<32)
    func writesAndReadsTheSame(block: UInt64) throws {
        for seed in block * 128..<(block + 1) * 128 {
            var random = SeededGenerator(seed: seed)
            let schema = Schema.random(depth: 4, using: &random)
            let sample = Sample(schema, using: &random)
            let reference = try Reference.encode(sample)
            let ours = try Subject.encode(sample)
            #expect(try Subject.decode(schema, ours) == sample, "seed \(seed)")
            #expect(try Subject.decode(schema, reference) == sample, "seed \(seed)")
            #expect(try Reference.decode(schema, ours) == sample, "seed \(seed)")
            let sorted = try Subject.encode(sample, sorted: true)
            #expect(try Subject.decode(schema, sorted) == sample, "seed \(seed)")
            #expect(sorted.count == ours.count, "seed \(seed)")
        }
    }

    /// What we accept, Foundation accepts and reads the same. What we refuse and Foundation accepts is laxness of a known
    /// kind.
    @Test(arguments: 0..<32)
    func readsNoMoreOfMutatedDocuments(block: UInt64) throws {
        for seed in block * 64..<(block + 1) * 64 {
            var random = SeededGenerator(seed: seed &+ 0x1_0000)
            let schema = Schema.random(depth: 3, using: &random)
            // Sorted: else a dictionary's order would differ from process to process, and a seed would say nothing.
            let document = try Subject.encode(Sample(schema, using: &random), sorted: true)
            for _ in 0..<16 {
                let mutated = DamagedJSON.make(of: document, places: 3, run: 12, using: &random)
                let ours = Result { try Subject.decode(schema, mutated) }
                let reference = Result { try Reference.decode(schema, mutated) }
                let text = String(decoding: mutated, as: UTF8.self)
                switch (ours, reference) {
                case (.success(let a), .success(let b)):
                    #expect(a == b || Laxness.namesANumberTwice(mutated), "seed \(seed): \(text)")
                case (.success, .failure(let error)):
                    let isKnown = Laxness.isNumberThatFoundationRefuses(mutated)
                    #expect(isKnown, "seed \(seed): only Foundation refuses \(text): \(error)")
                case (.failure(let error), .success):
                    #expect(Laxness.isKnown(mutated, error), "seed \(seed): only we refuse \(text): \(error)")
                case (.failure, .failure): break
                }
            }
        }
    }
}
