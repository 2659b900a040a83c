/// Turns a client's bytes into requests, however the bytes are cut.
///
/// It holds what is not yet consumed: at most what its user appends before asking for the next event.
struct HTTP1RequestParser {
    enum Event: Equatable {
        /// A request's head; its body comes in pieces.
        case head(HTTP1HeadParser.Head)
        /// A piece of the body, not empty.
        case body([UInt8])
        /// The request is complete; the next event is of the next request.
        case end
    }

    private enum State {
        case head(HTTP1HeadParser)
        case length(Int)
        case chunked(HTTP1ChunkedDecoder)
        /// After an error; also while a state's value is out to be changed, so that its storage is not copied.
        case failed
    }

    private let limits: HTTP1Limits
    private var state: State
    private var input: [UInt8] = []
    /// What of `input` is consumed.
    private var position = 0
    /// Bytes of the present head before `position`.
    private var headBytes = 0
    /// Bytes after `position` that hold no line feed.
    private var scanned = 0
    private var skippedEmptyLine = false

    init(limits: HTTP1Limits) {
        self.limits = limits
        state = .head(HTTP1HeadParser(limits: limits))
    }

    /// How many bytes wait to be consumed.
    var bufferedBytes: Int { input.count - position }

    /// True inside a request, after at least one byte of it.
    var isInsideRequest: Bool {
        guard case .head(let head) = state else { return true }
        return !head.isAtStart || bufferedBytes > 0
    }

    /// True inside a request's body.
    var isInsideBody: Bool {
        guard case .head = state else { return true }
        return false
    }

    /// Takes bytes as they came.
    mutating func append(_ bytes: Span<UInt8>) {
        if position == input.count {
            input.removeAll(keepingCapacity: true)
            position = 0
        } else if position > 65_536 {
            input.removeFirst(position)
            position = 0
        }
        unsafe bytes.withUnsafeBufferPointer { unsafe input.append(contentsOf: $0) }
    }

    /// Drops what is buffered, and its memory.
    mutating func discard() {
        input = []
        (position, scanned) = (0, 0)
    }

    /// The next event, or `nil` where it takes more bytes. After an error there are no more events.
    mutating func next() throws(HTTP1Refusal) -> Event? {
        while true {
            switch state {
            case .head(var head):
                state = .failed
                guard let found = try readHead(&head) else {
                    state = .head(head)
                    return nil
                }
                switch found.framing {
                case .none: state = .length(0)
                case .length(let count): state = .length(count)
                case .chunked: state = .chunked(HTTP1ChunkedDecoder(limits: limits))
                }
                return .head(found)
            case .length(0): return end()
            case .length(let remaining):
                let count = min(remaining, bufferedBytes)
                guard count > 0 else { return nil }
                state = .length(remaining - count)
                position += count
                return .body(Array(input[position - count..<position]))
            case .chunked(var decoder):
                state = .failed
                var next = position
                let step = try decoder.step(input.span, &next)
                position = next
                state = .chunked(decoder)
                switch step {
                case .starved: return nil
                case .advanced: continue
                case .data(let range): return .body(Array(input[range]))
                case .finished: return end()
                }
            case .failed: return nil
            }
        }
    }

    private mutating func end() -> Event {
        state = .head(HTTP1HeadParser(limits: limits))
        (headBytes, scanned, skippedEmptyLine) = (0, 0, false)
        return .end
    }

    private mutating func readHead(_ head: inout HTTP1HeadParser) throws(HTTP1Refusal) -> HTTP1HeadParser.Head? {
        while true {
            if head.isAtStart && bufferedBytes > 0 { try checkFirstByte() }
            let allowed = min(
                limits.maxHeadBytes - headBytes, head.isAtStart ? limits.maxRequestLineBytes : limits.maxHeadBytes)
            switch try HTTP1Line.find(in: input.span, from: position, scanned: scanned) {
            case .incomplete(let count):
                guard count < allowed else { throw tooLarge(head) }
                scanned = count
                return nil
            case .complete(let line, let next):
                guard next - position <= allowed else { throw tooLarge(head) }
                headBytes += next - position
                position = next
                scanned = 0
                if head.isAtStart && line.isEmpty {
                    // RFC 9112, 2.2 has a server ignore an empty line before a request, and older clients send one.
                    guard !skippedEmptyLine else { throw .malformed("empty lines instead of a request") }
                    skippedEmptyLine = true
                } else if let found = try head.take(input.span.extracting(line)) {
                    return found
                }
            }
        }
    }

    /// Lets a client of another protocol know at once, instead of waiting for a line's end that may never come.
    private func checkFirstByte() throws(HTTP1Refusal) {
        let byte = input[position]
        if byte == 0x16 { throw .malformed("a TLS handshake, and this port speaks plain HTTP") }
        guard HTTP1Syntax.isToken(byte) || byte == HTTP1Syntax.carriageReturn || byte == HTTP1Syntax.lineFeed else {
            throw .malformed("a request line that is not method, target and version")
        }
    }

    private func tooLarge(_ head: HTTP1HeadParser) -> HTTP1Refusal {
        head.isAtStart
            ? HTTP1Refusal(.targetTooLong, "a request line of more than \(limits.maxRequestLineBytes) bytes")
            : HTTP1Refusal(.headTooLarge, "a head of more than \(limits.maxHeadBytes) bytes")
    }
}
