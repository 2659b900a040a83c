import FuzzSupport

@testable import MillraceFile

/// The lines of a stream are what splitting it at its line feeds gives, however the stream is read.
@main
enum FuzzLines: FuzzTarget {
    /// The first byte is the limit of a line, the second one says into pieces of which size the others are cut.
    static func tryInput(_ input: [UInt8]) {
        guard input.count >= 2 else { return }
        let limit = 1 + Int(input[0])
        let stream = input[2...]
        let expected = split(stream, limit: limit)
        for piece in [1 + Int(input[1]) % 32, max(1, stream.count)] {
            let found = read(stream, limit: limit, piece: piece)
            precondition(found == expected, "found: \(found)\nexpected: \(expected)")
        }
    }

    private struct Line: Equatable {
        var offset: Int64
        var bytes: [UInt8]?
        var byteCount: Int64
    }

    private static func split(_ stream: ArraySlice<UInt8>, limit: Int) -> [Line] {
        var lines: [Line] = []
        var offset: Int64 = 0
        var parts = stream.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        for part in parts {
            let line = part.last == UInt8(ascii: "\r") ? part.dropLast() : part
            lines.append(
                Line(offset: offset, bytes: line.count <= limit ? Array(line) : nil, byteCount: Int64(line.count)))
            offset += Int64(part.count) + 1
        }
        return lines
    }

    private static func read(_ stream: ArraySlice<UInt8>, limit: Int, piece: Int) -> [Line] {
        var reader = LineReader(at: 0, limit: limit)
        var lines: [Line] = []
        var rest = stream
        while !rest.isEmpty {
            unsafe rest.prefix(piece).withUnsafeBytes { bytes in
                unsafe reader.append(bytes) { offset, line, byteCount in
                    lines.append(
                        Line(offset: offset, bytes: unsafe line.map { unsafe [UInt8]($0) }, byteCount: byteCount))
                }
            }
            precondition(reader.keptBytes <= limit + 1, "\(reader.keptBytes) bytes are kept")
            rest = rest.dropFirst(piece)
        }
        precondition(reader.end == Int64(stream.count), "\(reader.end) of \(stream.count) bytes were read")
        unsafe reader.finish { offset, line, byteCount in
            lines.append(Line(offset: offset, bytes: unsafe line.map { unsafe [UInt8]($0) }, byteCount: byteCount))
        }
        precondition(reader.position == Int64(stream.count), "ends at \(reader.position) of \(stream.count)")
        return lines
    }
}
