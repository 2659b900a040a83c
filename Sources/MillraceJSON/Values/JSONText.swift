/// Makes strings of a document's bytes, which have been checked.
enum JSONText {
    @inline(__always)
    static func make(_ bytes: PaddedBytes, start: Int, count: Int, hasEscapes: Bool, isASCII: Bool) -> String {
        if hasEscapes { return unescaped(bytes, start: start, count: count) }
        return unsafe String(copying: UTF8Span(unchecked: bytes.buffer(start, count).span, isKnownASCII: isASCII))
    }

    @inline(never)
    private static func unescaped(_ bytes: PaddedBytes, start: Int, count: Int) -> String {
        // An escape is longer than what it stands for.
        unsafe String(unsafeUninitializedCapacity: count) { output in
            var written = 0
            var at = start
            let end = start + count
            let cursor = JSONCursor(bytes, from: start, to: end)
            while at < end {
                let byte = bytes[at]
                guard byte == Byte.backslash else {
                    unsafe output[written] = byte
                    written += 1
                    at += 1
                    continue
                }
                at += 2
                switch bytes[at - 1] {
                case UInt8(ascii: "b"): unsafe output[written] = 0x08
                case UInt8(ascii: "f"): unsafe output[written] = 0x0C
                case UInt8(ascii: "n"): unsafe output[written] = 0x0A
                case UInt8(ascii: "r"): unsafe output[written] = 0x0D
                case UInt8(ascii: "t"): unsafe output[written] = 0x09
                case UInt8(ascii: "u"):
                    var value = cursor.unit(at) ?? 0xFFFD
                    at += 4
                    if value & 0xFC00 == 0xD800 {
                        value = 0x10000 + (value - 0xD800) << 10 + ((cursor.unit(at + 2) ?? 0xDC00) - 0xDC00)
                        at += 6
                    }
                    for unit in UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? .init() {
                        unsafe output[written] = unit
                        written += 1
                    }
                    continue
                default: unsafe output[written] = bytes[at - 1]
                }
                written += 1
            }
            return written
        }
    }
}
