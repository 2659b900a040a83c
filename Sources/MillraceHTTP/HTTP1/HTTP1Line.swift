/// A line of a head, which ends in CR and LF.
enum HTTP1Line {
    /// The line without its end, and where the next one begins.
    case complete(Range<Int>, next: Int)
    /// So many bytes without an end.
    case incomplete(Int)

    /// Looks for the line that begins at `start`.
    ///
    /// A line feed without carriage return is refused: some readers take it for a line's end and others do not.
    static func find(in input: Span<UInt8>, from start: Int, scanned: Int = 0) throws(HTTP1Refusal) -> HTTP1Line {
        guard let end = input.firstIndex(of: HTTP1Syntax.lineFeed, from: start + scanned) else {
            return .incomplete(input.count - start)
        }
        guard end > start && input[end - 1] == HTTP1Syntax.carriageReturn else {
            throw .malformed("a line feed without carriage return")
        }
        return .complete(start..<end - 1, next: end + 1)
    }
}
