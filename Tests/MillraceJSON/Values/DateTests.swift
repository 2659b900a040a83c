import Foundation
import MillraceJSON
import TestKit
import Testing

@Suite("JSON: dates and data")
struct DateTests {
    @Test(arguments: [
        ("2026-01-31T23:59:59Z", 1_769_903_999),
        ("2026-01-31t23:59:59z", 1_769_903_999),
        ("2026-02-01T00:59:59+01:00", 1_769_903_999),
        ("2026-01-31T18:29:59-0530", 1_769_903_999),
        ("2026-02-01T01:59:59+02", 1_769_903_999),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.5Z", -0.5),
        ("2024-02-29T00:00:00Z", 1_709_164_800),
        ("0000-01-01T00:00:00Z", -62_167_219_200),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("1970-01-01T00:00:00.123456789012345678901234Z", 0.123456789012345678),
    ])
    func readsISO8601(text: String, seconds: Double) throws {
        #expect(abs(try decode(Date.self, "\"\(text)\"").timeIntervalSince1970 - seconds) < 1e-6)
    }

    @Test(arguments: [
        "", "2026-01-31", "2026-1-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-31T24:00:00Z",
        "2026-01-31T23:60:00Z", "2026-01-31T23:59:60Z", "2026-01-31T23:59:59", "2026-01-31T23:59:59.Z",
        "2026-01-31T23:59:59+1", "2026-01-31T23:59:59+01:6", "2026-01-31T23:59:59ZZ", "2026-01-31T23:59:59+24:00",
        "10000-01-01T00:00:00Z", "2026-01-31 23:59:59Z", "-026-01-31T23:59:59Z",
    ])
    func refusesWhatIsNoDate(text: String) {
        #expect(throws: JSONError.self) { try decode(Date.self, "\"\(text)\"") }
    }

    @Test func writesUTCWithAsManyDigitsAsNeeded() throws {
        func text(_ seconds: Double) throws -> String { try encode(Date(timeIntervalSince1970: seconds)) }
        #expect(try text(0) == #""1970-01-01T00:00:00Z""#)
        #expect(try text(0.5) == #""1970-01-01T00:00:00.500Z""#)
        #expect(try text(-0.5) == #""1969-12-31T23:59:59.500Z""#)
        #expect(try text(1_769_903_999.000001) == #""2026-01-31T23:59:59.000001Z""#)
        #expect(throws: JSONError.self) { try encode(Date.distantFuture.addingTimeInterval(1e13)) }
        #expect(throws: JSONError.self) { try encode(Date(timeIntervalSince1970: .nan)) }
        #expect(throws: JSONError.self) { try encode(Date(timeIntervalSince1970: .infinity)) }
    }

    @Test(arguments: 0..<8)
    func bringsDatesBack(block: UInt64) throws {
        var random = SeededGenerator(seed: block)
        for _ in 0..<2_000 {
            let milliseconds = Int64.random(in: -60_000_000_000_000...253_000_000_000_000, using: &random)
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            let text = try encode(date)
            #expect(abs(try decode(Date.self, text).timeIntervalSince(date)) < 1e-4, "\(text)")
            let now = Date(timeIntervalSinceReferenceDate: Double(UInt32(truncatingIfNeeded: random.next())) + 0.015625)
            #expect(try decode(Date.self, encode(now)) == now)
        }
    }

    @Test func takesTheOtherStrategiesOfFoundation() throws {
        let date = Date(timeIntervalSince1970: 1_000_000.5)
        func both(_ write: JSONEncodingOptions.DateStrategy, _ read: JSONDecodingOptions.DateStrategy) throws -> String
        {
            var writing = JSONEncodingOptions()
            writing.dates = write
            var reading = JSONDecodingOptions()
            reading.dates = read
            let text = try encode([date], writing)
            #expect(try decode([Date].self, text, reading) == [date])
            return text
        }
        #expect(try both(.secondsSince1970, .secondsSince1970) == "[1000000.5]")
        #expect(try both(.millisecondsSince1970, .millisecondsSince1970) == "[1000000500]")
        #expect(try both(.deferredToDate, .deferredToDate) == "[-977307199.5]")
        let text = try both(
            .custom { date, encoder in
                var container = encoder.unkeyedContainer()
                try container.encode(date.timeIntervalSince1970)
            },
            .custom { decoder in
                var container = try decoder.unkeyedContainer()
                return Date(timeIntervalSince1970: try container.decode(Double.self))
            })
        #expect(text == "[[1000000.5]]")
    }

    @Test func readsAndWritesData() throws {
        let data = Data([0, 1, 250, 255])
        #expect(try encode(data) == #""AAH6/w==""#)
        #expect(try decode(Data.self, #""AAH6/w==""#) == data)
        #expect(throws: JSONError.self) { try decode(Data.self, #""AAH6/w=""#) }
        #expect(throws: JSONError.self) { try decode(Data.self, #""?""#) }
        var writing = JSONEncodingOptions()
        writing.data = .deferredToData
        #expect(try encode(data, writing) == "[0,1,250,255]")
        var reading = JSONDecodingOptions()
        reading.data = .deferredToData
        #expect(try decode(Data.self, "[0,1,250,255]", reading) == data)
    }

    @Test func readsAndWritesURLsAndUUIDs() throws {
        let url = try #require(URL(string: "https://example.org/a/b?c=d#e"))
        #expect(try encode(url) == #""https://example.org/a/b?c=d#e""#)
        #expect(try decode(URL.self, encode(url)) == url)
        #expect(throws: JSONError.self) { try decode(URL.self, #""""#) }
        let uuid = try #require(UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"))
        #expect(try encode(uuid) == #""E621E1F8-C36C-495A-93FC-0C247A3E6E5F""#)
        #expect(try decode(UUID.self, #""e621e1f8-c36c-495a-93fc-0c247a3e6e5f""#) == uuid)
        for wrong in ["", "E621E1F8C36C495A93FC0C247A3E6E5F", "E621E1F8-C36C-495A-93FC-0C247A3E6E5G"] {
            #expect(throws: JSONError.self) { try decode(UUID.self, "\"\(wrong)\"") }
        }
    }
}
