import Glibc

/// Splits a stream of bytes into lines, and knows where each begins. No I/O.
///
/// A line ends with a line feed, which is not part of it, nor is one carriage return before it. Nothing else has a meaning:
/// the bytes of a line may be anything. Memory is bounded: of a line above the limit the bytes are dropped and only counted.
struct LineReader {
    /// Takes a line: the position of its first byte, its bytes, which are lent for the call and may be none, and how many
    /// they are. Without bytes the line is above the limit.
    typealias Visit = (_ offset: Int64, _ line: UnsafeRawBufferPointer?, _ byteCount: Int64) -> Void

    /// The most bytes a line may have, without its end.
    let limit: Int
    /// The position of the first byte of the line that has not ended yet; of the next line, if none has begun.
    private(set) var position: Int64
    /// How many bytes of that line have been read.
    private(set) var pendingCount: Int64 = 0
    /// Those bytes, as long as there are at most `limit` of them, and a carriage return.
    private var pending: [UInt8] = []
    private var endsWithReturn = false

    /// A reader of a stream whose next byte is at a position.
    init(at position: Int64, limit: Int) {
        self.position = position
        self.limit = limit
    }

    /// The position of the next byte to be appended.
    var end: Int64 { position + pendingCount }

    /// How many bytes are kept of the line that has not ended yet.
    var keptBytes: Int { pending.count }

    /// Takes the next bytes, and visits the lines that end in them.
    mutating func append(_ bytes: UnsafeRawBufferPointer, _ visit: Visit) {
        guard let base = bytes.baseAddress else { return }
        var at = 0
        while at < bytes.count {
            guard let feed = unsafe memchr(base + at, Int32(UInt8(ascii: "\n")), bytes.count - at) else {
                return unsafe keep(UnsafeRawBufferPointer(rebasing: bytes[at...]))
            }
            let next = unsafe base.distance(to: UnsafeRawPointer(feed))
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[at..<next])
            if pendingCount == 0 {
                unsafe visitLine(rest, visit)
                position += Int64(rest.count) + 1
            } else {
                unsafe keep(rest)
                unsafe visitPending(visit)
                position = end + 1
                pendingCount = 0
                pending.removeAll(keepingCapacity: pending.capacity <= 1 << 20)
            }
            at = next + 1
        }
    }

    /// Takes what has been read of the last line for the whole of it, because the stream ends here. Visits nothing where
    /// the stream ends with a line feed.
    mutating func finish(_ visit: Visit) {
        guard pendingCount > 0 else { return }
        unsafe visitPending(visit)
        position = end
        pendingCount = 0
        pending = []
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        guard let last = unsafe bytes.last else { return }
        pendingCount += Int64(bytes.count)
        endsWithReturn = last == UInt8(ascii: "\r")
        if pendingCount <= Int64(limit) + 1 { unsafe pending.append(contentsOf: bytes) } else { pending = [] }
    }

    private func visitPending(_ visit: Visit) {
        guard pendingCount <= Int64(limit) + 1 else {
            return visit(position, nil, pendingCount - (endsWithReturn ? 1 : 0))
        }
        unsafe pending.withUnsafeBytes { unsafe visitLine($0, visit) }
    }

    private func visitLine(_ bytes: UnsafeRawBufferPointer, _ visit: Visit) {
        let count = unsafe bytes.last == UInt8(ascii: "\r") ? bytes.count - 1 : bytes.count
        unsafe visit(position, count <= limit ? UnsafeRawBufferPointer(rebasing: bytes[..<count]) : nil, Int64(count))
    }
}
