import Testing

@testable import MillraceFile

@Suite struct LineReaderTests {
    /// A line as `visit` saw it; `nil` where it was above the limit.
    struct Seen: Equatable, CustomStringConvertible {
        let offset: Int64
        let bytes: [UInt8]?
        let byteCount: Int64
        var description: String {
            "\(offset): \(bytes.map { String(decoding: $0, as: UTF8.self).debugDescription } ?? "-") \(byteCount)"
        }

        init(_ offset: Int64, _ text: String) {
            (self.offset, bytes, byteCount) = (offset, Array(text.utf8), Int64(text.utf8.count))
        }

        init(_ offset: Int64, _ bytes: [UInt8]?, _ byteCount: Int64) {
            (self.offset, self.bytes, self.byteCount) = (offset, bytes, byteCount)
        }
    }

    /// Reads a stream in pieces of a size. Returns the lines, and where the reader is before and after the stream's end.
    static func read(
        _ stream: [UInt8], piece: Int, at start: Int64 = 0, limit: Int = 100
    ) -> (lines: [Seen], position: Int64, end: [Seen], endPosition: Int64) {
        var reader = LineReader(at: start, limit: limit)
        var lines: [Seen] = []
        var rest = stream[...]
        while !rest.isEmpty {
            unsafe rest.prefix(piece).withUnsafeBytes { bytes in
                unsafe reader.append(bytes) { lines.append(unsafe Seen($0, $1.map { unsafe [UInt8]($0) }, $2)) }
            }
            rest = rest.dropFirst(piece)
        }
        let position = reader.position
        #expect(reader.end == start + Int64(stream.count))
        var end: [Seen] = []
        unsafe reader.finish { end.append(unsafe Seen($0, $1.map { unsafe [UInt8]($0) }, $2)) }
        return (lines, position, end, reader.position)
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func findsLinesHoweverTheyAreCut(piece: Int) {
        let stream = Array("one\n\r\n\ntwo\r\nthree\rx\r\r\n\r\nfour".utf8)
        let (lines, position, end, endPosition) = Self.read(stream, piece: piece, at: 1000)
        #expect(
            lines == [
                Seen(1000, "one"), Seen(1004, ""), Seen(1006, ""), Seen(1007, "two"), Seen(1012, "three\rx\r"),
                Seen(1022, ""),
            ])
        #expect(position == 1024)
        #expect(end == [Seen(1024, "four")])
        #expect(endPosition == 1028)
    }

    @Test(arguments: [1, 2, 1000])
    func bytesMayBeAnything(piece: Int) {
        let stream: [UInt8] = [0, 255, 0xC3, 10, 0x80, 0, 0, 13, 10]
        let lines = Self.read(stream, piece: piece).lines
        #expect(lines == [Seen(0, [0, 255, 0xC3], 3), Seen(4, [0x80, 0, 0], 3)])
    }

    @Test(arguments: [1, 3, 5, 6, 7, 8, 1000])
    func aLineAboveTheLimitIsCountedAndDropped(piece: Int) {
        let stream = Array("12345\n12345\r\n123456\n1234567890123456789\r\n1\n".utf8)
        let lines = Self.read(stream, piece: piece, limit: 5).lines
        #expect(
            lines == [
                Seen(0, "12345"), Seen(6, "12345"), Seen(13, nil, 6), Seen(20, nil, 19), Seen(41, "1"),
            ])
    }

    @Test func theLastLineMayBeAboveTheLimitToo() {
        let (lines, position, end, endPosition) = Self.read(Array("1\n1234567".utf8), piece: 2, limit: 5)
        #expect(lines == [Seen(0, "1")])
        #expect(position == 2)
        #expect(end == [Seen(2, nil, 7)])
        #expect(endPosition == 9)
    }

    @Test func aStreamThatEndsWithALineFeedHasNoLastLine() {
        let (_, position, end, endPosition) = Self.read(Array("1\n".utf8), piece: 10)
        #expect(end.isEmpty)
        #expect(position == 2)
        #expect(endPosition == 2)
        #expect(Self.read([], piece: 1).end.isEmpty)
    }

    /// Nothing of a line that is too long is kept, however long it is.
    @Test func memoryIsBounded() {
        var reader = LineReader(at: 0, limit: 10)
        let piece = [UInt8](repeating: 65, count: 1 << 20)
        var seen: [Int64] = []
        for _ in 0..<64 {
            unsafe piece.withUnsafeBytes { unsafe reader.append($0) { seen.append(unsafe $1 == nil ? $2 : -1) } }
        }
        #expect(reader.keptBytes == 0)
        unsafe [UInt8(ascii: "\n")].withUnsafeBytes {
            unsafe reader.append($0) { seen.append(unsafe $1 == nil ? $2 : -1) }
        }
        #expect(seen == [64 << 20])
        #expect(reader.position == (64 << 20) + 1)
    }
}
