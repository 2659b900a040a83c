/// Looks how deep futures are nested in a message before libprotobuf-c, which calls itself for each level and knows no
/// bound, gets to see it: a message of a few megabytes could otherwise end the process by its stack.
enum FutureDepth {
    /// The number of Future's own field for what is nested in it.
    private static let nestedField = 4

    /// - Parameter rootField: the number of the message's field that holds the outermost future.
    static func check(_ payload: RawSpan, rootField: Int) throws(MessageError.Problem) {
        // The ends of the parts that are open: the message, and the futures around the place of reading.
        var ends = [payload.byteCount]
        var at = 0
        while let end = ends.last {
            if at == end {
                ends.removeLast()
                continue
            }
            let tag = try varint(payload, &at, end)
            let field = tag >> 3
            switch tag & 7 {
            case 0: _ = try varint(payload, &at, end)
            case 1: try skip(8, &at, end)
            case 5: try skip(4, &at, end)
            case 2:
                let count = try varint(payload, &at, end)
                guard count <= UInt64(end - at) else { throw .malformed }
                if field == UInt64(ends.count == 1 ? rootField : nestedField) {
                    guard ends.count <= FutureTree.maximumDepth else { throw .tooDeep(limit: FutureTree.maximumDepth) }
                    ends.append(at + Int(count))
                } else {
                    at += Int(count)
                }
            default: throw .malformed
            }
        }
    }

    private static func skip(_ count: Int, _ at: inout Int, _ end: Int) throws(MessageError.Problem) {
        guard count <= end - at else { throw .malformed }
        at += count
    }

    private static func varint(_ payload: RawSpan, _ at: inout Int, _ end: Int) throws(MessageError.Problem) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard at < end else { throw .malformed }
            let byte = unsafe payload.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw .malformed
    }
}
