/// Cuts a stream of bytes, in whatever pieces it comes, into frames. Does no I/O.
///
/// A length is checked as soon as its header is there, and memory is taken only for bytes that have come: a peer that
/// announces much and sends little costs little. Not thread-safe: one decoder, one stream.
public struct FrameDecoder: Sendable {
    /// The limit of a message's length that is used unless another is given: 32 MiB.
    public static let defaultLimitBytes = 32 << 20

    /// A buffer that grew beyond this is given back when it is empty.
    private static let retainedBytes = 1 << 20

    private let limitBytes: Int
    private var buffer: [UInt8] = []
    /// Where in the buffer the next frame begins.
    private var head = 0
    private var failure: FramingError?

    /// - Parameter limitBytes: the greatest length of a payload.
    public init(limitBytes: Int = FrameDecoder.defaultLimitBytes) {
        precondition(limitBytes >= 0, "a limit of \(limitBytes) bytes lets nothing pass")
        self.limitBytes = limitBytes
    }

    /// How many bytes came and are not yet part of a frame that ``next()`` gave.
    public var bufferedBytes: Int { buffer.count - head }

    /// Takes the stream's next bytes. Then call ``next()`` until it gives `nil`.
    public mutating func append(_ bytes: Span<UInt8>) {
        guard failure == nil else { return }
        if head == buffer.count {
            if buffer.capacity > Self.retainedBytes { buffer = [] } else { buffer.removeAll(keepingCapacity: true) }
            head = 0
        } else if head > buffer.count / 2 {
            buffer.removeFirst(head)
            head = 0
        }
        unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
    }

    /// Takes the stream's next bytes.
    public mutating func append(_ bytes: [UInt8]) { append(bytes.span) }

    /// The next frame; `nil` until more bytes have come.
    ///
    /// - Throws: ``FramingError`` for a message that is too long or of no known type, and from then on at each call.
    ///   Notifications of unknown types pass: they have one shape, whatever their type.
    public mutating func next() throws(FramingError) -> Frame? {
        if let failure { throw failure }
        guard bufferedBytes >= FrameHeader.byteCount else { return nil }
        let header = FrameHeader(buffer, at: head)
        guard header.type.name != nil || header.type.category == .notification else {
            throw fail(.unknownType(header.type))
        }
        guard let length = Int(exactly: header.length), length <= limitBytes else {
            throw fail(.tooLong(type: header.type, length: Int(clamping: header.length), limit: limitBytes))
        }
        let start = head + FrameHeader.byteCount
        guard buffer.count - start >= length else { return nil }
        head = start + length
        return Frame(type: header.type, requestsAck: header.requestsAck, payload: Array(buffer[start..<head]))
    }

    /// Says that the stream has ended.
    ///
    /// - Throws: ``FramingError/truncated(missing:)`` when it ended inside a frame; the error of ``next()`` if it had one.
    public func finish() throws(FramingError) {
        if let failure { throw failure }
        if bufferedBytes == 0 { return }
        guard bufferedBytes >= FrameHeader.byteCount else {
            throw .truncated(missing: FrameHeader.byteCount - bufferedBytes)
        }
        let length = Int(clamping: FrameHeader(buffer, at: head).length)
        throw .truncated(missing: length - (bufferedBytes - FrameHeader.byteCount))
    }

    private mutating func fail(_ error: FramingError) -> FramingError {
        failure = error
        buffer = []
        head = 0
        return error
    }
}
