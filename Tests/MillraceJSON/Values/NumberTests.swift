import Foundation
import MillraceJSON
import TestKit
import Testing

@Suite("JSON: numbers")
struct NumberTests {
    static func edges<T: FixedWidthInteger & Codable>(_ type: T.Type) throws {
        for value in [T.min, T.min + 1, 0, 1, 9, 10, 99, 100, T.max - 1, T.max] {
            #expect(try encode(value) == value.description)
            #expect(try decode(type, value.description) == value)
            #expect(try decode(type, value.description + ".0") == value, "\(value)")
            #expect(try decode(type, value.description + "e0") == value, "\(value)")
            if value != 0 { #expect(try decode(type, value.description + "0e-1") == value, "\(value)") }
        }
        for beyond in [
            "\(T.max)0", beyond(T.max.description), "-" + beyond(T.min.description.replacing("-", with: "")),
        ] {
            #expect(throws: JSONError.self, "\(beyond)") { try decode(type, beyond) }
        }
        for fraction in ["0.5", "-0.5", "1e-1", "1.0000000000000000000000000001", "1e40", "1e999999999999999999999"] {
            #expect(throws: JSONError.self, "\(fraction)") { try decode(type, fraction) }
        }
        #expect(try decode(type, "12e0") == 12)
        #expect(try decode(type, "1.2e1") == 12)
        #expect(try decode(type, "0.00000000000000000000000000000000000000000000000012e50") == 12)
        #expect(try decode(type, "1200000000000000000000000000000000000000000000e-44") == 12)
    }

    /// The next number, by adding one to its decimal digits.
    static func beyond(_ digits: String) -> String {
        var digits = Array(digits.utf8)
        var at = digits.count - 1
        while at >= 0, digits[at] == UInt8(ascii: "9") {
            digits[at] = UInt8(ascii: "0")
            at -= 1
        }
        if at < 0 { digits.insert(UInt8(ascii: "1"), at: 0) } else { digits[at] += 1 }
        return String(decoding: digits, as: UTF8.self)
    }

    @Test func readsAndWritesIntegersAtTheirEdges() throws {
        try Self.edges(Int.self)
        try Self.edges(Int8.self)
        try Self.edges(Int16.self)
        try Self.edges(Int32.self)
        try Self.edges(Int64.self)
        try Self.edges(Int128.self)
        try Self.edges(UInt.self)
        try Self.edges(UInt8.self)
        try Self.edges(UInt16.self)
        try Self.edges(UInt32.self)
        try Self.edges(UInt64.self)
        try Self.edges(UInt128.self)
    }

    @Test(arguments: [
        0, -0.0, 1, -1, 0.1, 0.3, 1.0 / 3, 123.456, 1e15, 1e16, 123_456_789_012_345_680, 1e21, 1e22, 1e23,
        9_007_199_254_740_992,
        .leastNonzeroMagnitude, .leastNormalMagnitude,
        .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .ulpOfOne, .pi, 999_999_999_999_999.9, 0.001, 0.0001, 1e-5,
    ])
    func writesDoublesThatReadAsThemselves(value: Double) throws {
        let text = try encode(value)
        let read = try decode(Double.self, text)
        #expect(read.bitPattern == value.bitPattern, "\(text)")
        #expect(Double(text)?.bitPattern == value.bitPattern, "\(text)")
    }

    @Test(arguments: 0..<8)
    func bringsDoublesOfAnyBitsBack(block: UInt64) throws {
        var random = SeededGenerator(seed: block)
        for _ in 0..<10_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let text = try encode(value)
            #expect(try decode(Double.self, text).bitPattern == value.bitPattern, "\(text)")
            // No other writing of it is shorter than the standard library's.
            #expect(text.utf8.count <= value.description.utf8.count, "\(text)")
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            guard float.isFinite else { continue }
            #expect(try decode(Float.self, try encode(float)).bitPattern == float.bitPattern)
        }
    }

    /// Texts of more digits than a value has, beside the standard library.
    @Test(arguments: 0..<8)
    func readsTextsOfAnyLengthAsTheStandardLibraryDoes(block: UInt64) throws {
        var random = SeededGenerator(seed: block &+ 77)
        func digits(_ range: ClosedRange<Int>) -> String {
            (0..<Int.random(in: range, using: &random)).map { _ in String(Int.random(in: 0...9, using: &random)) }
                .joined()
        }
        for _ in 0..<5_000 {
            var text = Bool.random(using: &random) ? "-" : ""
            text += Bool.random(using: &random) ? "0" : String(Int.random(in: 1...9, using: &random)) + digits(0...30)
            if Bool.random(using: &random) { text += "." + digits(1...30) }
            if Bool.random(using: &random) { text += "e\(Int.random(in: -330...300, using: &random))" }
            let expected = Double(text).flatMap { $0.isFinite ? $0 : nil }
            #expect((try? decode(Double.self, text))?.bitPattern == expected?.bitPattern, "\(text)")
            let float = Float(text).flatMap { $0.isFinite ? $0 : nil }
            #expect((try? decode(Float.self, text))?.bitPattern == float?.bitPattern, "\(text)")
        }
    }

    /// A value or an error, and in no more time than the digits take.
    @Test func readsNumbersOfMillionsOfDigits() throws {
        let digits = String(repeating: "1", count: 2_000_000)
        #expect(throws: JSONError.self) { try decode(Int.self, digits) }
        #expect(throws: JSONError.self) { try decode(Double.self, digits) }
        #expect(try decode(Double.self, "0." + digits) == 1.0 / 9)
        #expect(throws: JSONError.self) { try decode(Decimal.self, digits) }
        #expect(throws: JSONError.self) { try decode(Int.self, "1e" + digits) }
        #expect(throws: JSONError.self) { try decode(Int.self, digits + "e-1999998") }
        #expect(try decode(Int.self, "1" + String(repeating: "0", count: 2_000_000) + "e-1999999") == 10)
    }

    @Test func writesWholeDoublesWithoutAPoint() throws {
        #expect(try encode([1.0, -2.5, 0.01, 1e20, 19.99]) == "[1,-2.5,0.01,1e+20,19.99]")
    }

    @Test func keepsTheDigitsOfDecimals() throws {
        for text in [
            "0.1", "12345678901234567890.123456789", "-0.000000000000000000000001",
            "99999999999999999999999999999999999999",
        ] {
            let value = try decode(Decimal.self, text)
            #expect(value == Decimal(string: text))
            #expect(try decode(Decimal.self, encode(value)) == value)
        }
        #expect(throws: JSONError.self) { try decode(Decimal.self, "1e999") }
        #expect(throws: JSONError.self) { try encode(Decimal.nan) }
    }

    @Test func writesInfinitiesAsTextsIfAsked() throws {
        #expect(throws: JSONError.self) { try encode(Double.infinity) }
        #expect(throws: JSONError.self) { try encode(Float.nan) }
        var writing = JSONEncodingOptions()
        writing.nonConformingFloats = .convertToString(positiveInfinity: "∞", negativeInfinity: "-∞", nan: "?")
        let text = try encode([Double.infinity, -.infinity, .nan, 1], writing)
        #expect(text == #"["∞","-∞","?",1]"#)
        var reading = JSONDecodingOptions()
        reading.nonConformingFloats = .convertFromString(positiveInfinity: "∞", negativeInfinity: "-∞", nan: "?")
        let values = try decode([Double].self, text, reading)
        #expect(values[0] == .infinity && values[1] == -.infinity && values[2].isNaN && values[3] == 1)
        #expect(throws: JSONError.self) { try decode(Double.self, #""x""#, reading) }
    }
}
