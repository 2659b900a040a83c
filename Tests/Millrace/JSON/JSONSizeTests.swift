import Foundation
import Millrace
import TestKit
import Testing

/// What a value's size says: that its document is not longer, and reads as the very same value.
@Suite struct JSONSizeTests {
    /// All members of which a size is known.
    @JSON struct Known: Codable, Equatable, Sendable {
        @JSON enum Kind: Codable, Equatable, Sendable {
            case plain
            case with(text: String, Double?)
        }
        var id: UUID
        var text: String
        var note: String?
        var amount: Double
        var ratio: Float
        var count: Int
        var small: Int8
        var big: UInt128
        var flag: Bool
        var tags: [String]
        var kinds: [Kind]
        var color: MarkedColor
        var position: MarkedPosition?
        var data: Data

        init(using random: inout SeededGenerator) {
            func text() -> String {
                let pieces = ["a", "hello", "ü", "😀", "\"", "\\", "/", "\n", "\u{1}", "\u{301}", "\u{2028}"]
                return (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    pieces[Int.random(in: 0..<pieces.count, using: &random)]
                }.joined()
            }
            func number() -> Double {
                let number = Double(bitPattern: random.next())
                return number.isFinite ? number : -0.0
            }
            func maybe<T>(_ value: T) -> T? { Bool.random(using: &random) ? value : nil }
            id = UUID()
            self.text = text()
            note = maybe(text())
            amount = number()
            ratio = Float(Int.random(in: -1_000_000...1_000_000, using: &random)) / 7
            count = [.min, .max, 0, Int(truncatingIfNeeded: random.next())].randomElement(using: &random) ?? 0
            small = Int8.random(in: .min ... .max, using: &random)
            big = [.max, 0, UInt128(random.next()) << 60].randomElement(using: &random) ?? 0
            flag = Bool.random(using: &random)
            tags = (0..<Int.random(in: 0...4, using: &random)).map { _ in text() }
            kinds = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Bool.random(using: &random) ? .plain : .with(text: text(), maybe(number()))
            }
            color = MarkedColor.allCases.randomElement(using: &random) ?? .red
            position = maybe(MarkedPosition(lat: number(), lon: number()))
            data = Data(
                (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }

    private func size(_ value: some JSONWritable) -> Int? {
        var size = JSONSize()
        value.addSize(to: &size)
        return size.bytes
    }

    @Test(arguments: UInt64(0)..<16)
    func isABoundOfADocumentThatReadsTheSame(block: UInt64) throws {
        for seed in block * 200..<(block + 1) * 200 {
            var random = SeededGenerator(seed: seed)
            let value = Known(using: &random)
            let document = try JSONBytesEncoder().encode(value)
            let bound = try #require(size(value), "seed \(seed)")
            #expect(document.count <= bound, "seed \(seed)")
            let again = try JSONBytesDecoder().decode(Known.self, from: document)
            #expect(again == value, "seed \(seed)")
            // Equality is lax with texts and zeros; bytes are not.
            #expect(try JSONBytesEncoder().encode(again) == document, "seed \(seed)")
            #expect(again.text.unicodeScalars.elementsEqual(value.text.unicodeScalars), "seed \(seed)")
            #expect(again.amount.bitPattern == value.amount.bitPattern, "seed \(seed)")
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func isUnknownWhereWritingFails(number: Double) {
        #expect(size(MarkedPosition(lat: number, lon: 0)) == nil)
        #expect(size([1.0, number]) == nil)
        #expect(size(Optional(number)) == nil)
        #expect(size(Float(number)) == nil)
    }

    @Test func isUnknownWhereReadingBackMayGiveAnotherValue() {
        #expect(size(Date()) == nil)
        #expect(size(["a": 1]) == nil)
        #expect(size(Optional<Int?>.some(nil)) == nil)
        #expect(size(Optional<Int?>.none) == nil)
        #expect(size(Decimal(1)) == nil)
        var random = SeededGenerator(seed: 1)
        // Has members that go through `Codable`, and one that is not coded at all.
        #expect(size(MarkedTypesTests.event(using: &random)) == nil)
        #expect(size(Partial(id: 1)) == nil)
    }

    @JSON struct Partial: Codable {
        var id: Int
        var local = "x"
        enum CodingKeys: String, CodingKey { case id }
    }
}
