/// Reads a chunked body (RFC 9112, 7.1):
/// ```text
/// body  = *( size [ ";" extension ] CRLF size·byte CRLF ) "0" [ ";" extension ] CRLF *( field CRLF ) CRLF
/// ```
/// Extensions and the fields at the end are checked, counted against the head's limit, and dropped.
struct HTTP1ChunkedDecoder {
    enum Step: Equatable {
        /// More input is needed.
        case starved
        /// A line or a line end was consumed.
        case advanced
        /// Bytes of the body are at this range of the input, and were consumed.
        case data(Range<Int>)
        /// The body ended.
        case finished
    }

    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailer
    }

    private let limits: HTTP1Limits
    private var state = State.size
    private var bodyBytes = 0
    private var overheadBytes = 0
    private var fieldCount = 0

    init(limits: HTTP1Limits) { self.limits = limits }

    /// Consumes what it can of the input from `position` on in one step.
    mutating func step(_ input: Span<UInt8>, _ position: inout Int) throws(HTTP1Refusal) -> Step {
        switch state {
        case .size:
            guard let line = try nextLine(input, &position) else { return .starved }
            try takeSize(input, line)
            return .advanced
        case .data(let remaining):
            let available = min(remaining, input.count - position)
            guard available > 0 else { return .starved }
            state = available == remaining ? .dataEnd : .data(remaining: remaining - available)
            position += available
            return .data(position - available..<position)
        case .dataEnd:
            guard position < input.count else { return .starved }
            guard input[position] == HTTP1Syntax.carriageReturn else { throw .badChunkEnd }
            guard position + 1 < input.count else { return .starved }
            guard input[position + 1] == HTTP1Syntax.lineFeed else { throw .badChunkEnd }
            position += 2
            state = .size
            return .advanced
        case .trailer:
            guard let line = try nextLine(input, &position) else { return .starved }
            if line.isEmpty { return .finished }
            fieldCount += 1
            guard fieldCount <= limits.maxFields else { throw .tooMuchAroundChunks }
            _ = try HTTP1HeadParser.field(input.extracting(line))
            return .advanced
        }
    }

    private mutating func nextLine(_ input: Span<UInt8>, _ position: inout Int) throws(HTTP1Refusal) -> Range<Int>? {
        let allowed = limits.maxHeadBytes - overheadBytes
        switch try HTTP1Line.find(in: input, from: position) {
        case .complete(let line, let next):
            guard next - position <= allowed else { throw .tooMuchAroundChunks }
            // A size without leading zeros is not counted: a long body may have any number of chunks.
            if case .trailer = state { overheadBytes += next - position }
            position = next
            return line
        case .incomplete(let count):
            guard count < allowed else { throw .tooMuchAroundChunks }
            return nil
        }
    }

    private mutating func takeSize(_ input: Span<UInt8>, _ line: Range<Int>) throws(HTTP1Refusal) {
        var (size, index): (UInt64, Int) = (0, line.lowerBound)
        while index < line.upperBound, let digit = HTTP1Syntax.hexadecimal(input[index]) {
            // Sixteen digits are the most that fit; leading zeros count.
            guard index - line.lowerBound < 16 else { throw .malformed("a chunk's size of more than 16 digits") }
            size = size << 4 | digit
            index += 1
        }
        guard index > line.lowerBound else { throw .malformed("a chunk without size") }
        if index < line.upperBound {
            guard input[index] == UInt8(ascii: ";"),
                input.firstIndex(in: index..<line.upperBound, where: { !HTTP1Syntax.isValue($0) }) == nil
            else { throw .malformed("a chunk's size followed by something else than an extension") }
            overheadBytes += line.upperBound - index
        }
        guard size <= UInt64(limits.maxBodyBytes - bodyBytes) else { throw .bodyTooLarge(limits) }
        bodyBytes += Int(size)
        state = size == 0 ? .trailer : .data(remaining: Int(size))
    }
}

extension HTTP1Refusal {
    fileprivate static let badChunkEnd = malformed("a chunk that does not end where its size says")
    fileprivate static let tooMuchAroundChunks = HTTP1Refusal(
        .headTooLarge, "too long lines, extensions or fields around chunks")
}
