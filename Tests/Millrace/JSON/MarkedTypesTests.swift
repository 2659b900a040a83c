import Foundation
import Millrace
import TestKit
import Testing

@Suite("@JSON")
struct MarkedTypesTests {
    static let decoder = JSONBytesDecoder()
    static let encoder = JSONBytesEncoder()

    /// What the direct way makes of bytes, without asking `Codable` where it fails.
    static func direct<T: JSONReadable>(_ type: T.Type, _ bytes: [UInt8]) -> T? {
        try? JSONReader.withReader(of: bytes) { reader in try T(json: &reader) }
    }

    /// What `Codable` makes of them: in a generic context nobody sees that the type is marked.
    static func codable<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) throws -> T {
        try decoder.decode(type, from: bytes)
    }

    static func codable<T: Encodable>(_ value: T) throws -> [UInt8] { try encoder.encode(value) }

    static func event(using random: inout SeededGenerator) -> MarkedEvent {
        func text() -> String {
            let pieces = ["a", "hello", "ü", "😀", "\"", "\\", "/", "\n", "\u{1}"]
            return (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces[Int.random(in: 0..<9, using: &random)]
            }.joined()
        }
        func position() -> MarkedPosition {
            MarkedPosition(
                lat: Double(Int.random(in: -9000...9000, using: &random)) / 100,
                lon: Double(bitPattern: random.next() >> 2))
        }
        func owner() -> UnmarkedOwner { UnmarkedOwner(id: text(), age: Bool.random(using: &random) ? 7 : nil) }
        func shape(_ depth: Int) -> MarkedShape {
            switch Int.random(in: 0..<(depth > 0 ? 5 : 4), using: &random) {
            case 0: .circle(radius: 1.5)
            case 1: .line(position(), to: Bool.random(using: &random) ? position() : nil)
            case 2: .nothing
            case 3: .renamed(owner: owner(), Int(truncatingIfNeeded: random.next()))
            default: .group((0..<2).map { _ in shape(depth - 1) })
            }
        }
        return MarkedEvent(
            id: UUID(), kind: text(), amount: Double(Int.random(in: -99999...99999, using: &random)) / 100, tax: 1e300,
            count: Int(truncatingIfNeeded: random.next()), flag: Bool.random(using: &random),
            tags: (0..<Int.random(in: 0...3, using: &random)).map { _ in text() },
            at: Date(timeIntervalSince1970: Double(UInt32.random(in: 0 ... .max, using: &random)) + 0.25),
            note: Bool.random(using: &random) ? text() : nil, pos: position(),
            path: Bool.random(using: &random) ? [position(), position()] : nil, owner: owner(),
            owners: [owner(), owner()],
            color: MarkedColor.allCases.randomElement(using: &random) ?? .red,
            level: Bool.random(using: &random) ? .high : nil,
            shapes: (0..<2).map { _ in shape(2) }, sizes: [text(): 1],
            numbers: [Int.random(in: -5...5, using: &random): text()],
            price: Decimal(Int.random(in: 0...99999, using: &random)) / 100, link: URL(string: "https://example.org/a"),
            data: Data([1, 2, 3]), big: Int128(random.next()) << 40, small: UInt8.random(in: 0...255, using: &random),
            ratio: 0.1, twice: Bool.random(using: &random) ? 5 : nil, quoted: text())
    }

    @Test(arguments: 0..<16)
    func readsAndWritesAsCodableDoes(block: UInt64) throws {
        for seed in block * 32..<(block + 1) * 32 {
            var random = SeededGenerator(seed: seed)
            let event = Self.event(using: &random)
            let bytes = try Self.codable(event)
            let direct = try JSONWriter.bytes { writer in try event.write(json: &writer) }
            #expect(String(decoding: direct, as: UTF8.self) == String(decoding: bytes, as: UTF8.self), "seed \(seed)")
            #expect(try Self.codable(MarkedEvent.self, bytes) == event, "seed \(seed)")
            #expect(Self.direct(MarkedEvent.self, bytes) == event, "seed \(seed)")
        }
    }

    /// Whatever `Codable` accepts the direct way accepts, with the same value; and nothing else.
    @Test(arguments: 0..<16)
    func agreesWithCodableOnMutatedDocuments(block: UInt64) throws {
        for seed in block * 64..<(block + 1) * 64 {
            var random = SeededGenerator(seed: seed &+ 1000)
            let document = try Self.codable(Self.event(using: &random))
            let shape = try Self.codable(MarkedShape.line(MarkedPosition(lat: 1, lon: 2), to: nil))
            for round in 0..<24 {
                let isShape = round % 3 == 0
                let bytes = DamagedJSON.make(of: isShape ? shape : document, places: 2, run: 30, using: &random)
                let text = String(decoding: bytes, as: UTF8.self)
                if isShape {
                    #expect(
                        Self.direct(MarkedShape.self, bytes) == (try? Self.codable(MarkedShape.self, bytes)),
                        "seed \(seed): \(text)")
                } else {
                    #expect(
                        Self.direct(MarkedEvent.self, bytes) == (try? Self.codable(MarkedEvent.self, bytes)),
                        "seed \(seed): \(text)")
                }
            }
        }
    }

    @Test(arguments: [
        (#"{"lat":1,"lon":"x"}"#, #"$.lon: expected a number, found a string, at byte 15"#),
        (#"{"lat":1}"#, "$.lon: expected a number, found no such member, at byte 0"),
        (#"{"lat":1,"lon":null}"#, "$.lon: expected a number, found null, at byte 15"),
        (#"{"lat":1,"lon":1"#, "$: expected ',' or '}', found the end, at byte 16"),
        (#"[1]"#, "$: expected an object, found an array, at byte 0"),
        (#"{"lat":1,"lon":2}x"#, "$: expected one value, found more behind it, at byte 17"),
    ])
    func failsInTheWordsOfCodable(json: String, words: String) throws {
        let bytes = Array(json.utf8)
        let direct = #expect(throws: JSONError.self) { try Self.decoder.decode(MarkedPosition.self, from: bytes) }
        let codable = #expect(throws: JSONError.self) { try Self.codable(MarkedPosition.self, bytes) }
        #expect(direct?.description == words)
        #expect(codable?.description == words)
    }

    @Test func takesMembersInAnyOrderAndTheFirstOfThoseThatComeTwice() throws {
        let bytes = Array(#" { "lon" : 2 , "x":[{"lat":9}], "lat":1,"lat":3 } "#.utf8)
        #expect(Self.direct(MarkedPosition.self, bytes) == MarkedPosition(lat: 1, lon: 2))
        #expect(try Self.codable(MarkedPosition.self, bytes) == MarkedPosition(lat: 1, lon: 2))
    }

    @Test func findsNamesThatAreWrittenWithEscapes() throws {
        let bytes = Array(#"{"\u006Cat":1,"l\u006fn":2}"#.utf8)
        #expect(Self.direct(MarkedPosition.self, bytes) == MarkedPosition(lat: 1, lon: 2))
    }

    @Test func writesEnumsAsCodableDoes() throws {
        func text(_ shape: MarkedShape) throws -> String {
            String(decoding: try Self.encoder.encode(shape), as: UTF8.self)
        }
        #expect(try text(.circle(radius: 2)) == #"{"circle":{"r":2}}"#)
        #expect(try text(.nothing) == #"{"nothing":{}}"#)
        #expect(try text(.line(MarkedPosition(lat: 1, lon: 2), to: nil)) == #"{"line":{"_0":{"lat":1,"lon":2}}}"#)
        #expect(String(decoding: try Self.encoder.encode(MarkedColor.green), as: UTF8.self) == #""grün""#)
        #expect(String(decoding: try Self.encoder.encode([MarkedEmpty()]), as: UTF8.self) == "[{}]")
    }

    @Test func refusesWhatJSONCannotSayWithThePath() {
        let error = #expect(throws: JSONError.self) {
            try Self.encoder.encode([MarkedShape.line(MarkedPosition(lat: 1, lon: .nan), to: nil)])
        }
        #expect(error?.description == "$[0].line._0.lon: expected a number that JSON can say, found NaN")
    }

    @Test func theSerdeTakesTheDirectWayForMarkedTypes() throws {
        #expect(Serde<MarkedPosition>.json.takesDirectWay)
        #expect(Serde<[MarkedPosition]>.json.takesDirectWay)
        #expect(!Serde<UnmarkedOwner>.json.takesDirectWay)
        func generic<T: Codable & SendableMetatype>(_ type: T.Type) -> Bool { Serde<T>.json.takesDirectWay }
        #expect(generic(MarkedPosition.self))
        #expect(!generic(UnmarkedOwner.self))
    }
}

/// A type of more members than a reader counts: written by hand, since the macro refuses it.
private struct ManyMembers: Codable, Equatable, JSONReadable, JSONWritable {
    static let names = JSONNames((0..<200).map { "m\($0)" })
    var m0: Int

    init(m0: Int) { self.m0 = m0 }
    init(json reader: inout JSONReader) throws {
        var object = try reader.beginObject(Self.names)
        _ = try reader.nextMember(&object)
        m0 = -1
    }
    func write(json writer: inout JSONWriter) throws { throw JSONMismatch() }
}

extension MarkedTypesTests {
    /// Whatever the direct way does not do is done by `Codable`.
    @Test func leavesWhatItCannotCountToCodable() throws {
        let bytes = Array(#"{"m0":7}"#.utf8)
        #expect(try Self.decoder.decode(ManyMembers.self, from: bytes) == ManyMembers(m0: 7))
        #expect(try Self.encoder.encode(ManyMembers(m0: 7)) == bytes)
    }

    /// Names longer than a word, in documents that are cut at every byte.
    @Test func refusesCutDocuments() throws {
        let event = try #require(
            Self.direct(MarkedShape.self, Array(#"{"other name":{"owner":{"id":"x"},"_1":3}}"#.utf8)))
        let bytes = try Self.encoder.encode(event)
        for count in 0..<bytes.count {
            #expect(Self.direct(MarkedShape.self, Array(bytes[..<count])) == nil)
            #expect(throws: JSONError.self) { try Self.decoder.decode(MarkedShape.self, from: Array(bytes[..<count])) }
        }
    }
}
