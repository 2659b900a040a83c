/// The value of the header ``KafkaSink/sequenceHeader``, written without an allocation.
enum SequenceText {
    @inline(__always)
    static func withBytes(shard: Int, sequence: UInt64, _ body: (UnsafeRawBufferPointer) -> Void) {
        // Two numbers of 20 digits at most, and a slash; filled from the end.
        var text = InlineArray<41, UInt8>(repeating: 0)
        var start = put(sequence, before: 41, &text) - 1
        text[start] = UInt8(ascii: "/")
        start = put(UInt64(shard), before: start, &text)
        let span = text.span
        unsafe span.bytes.withUnsafeBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    @inline(__always)
    private static func put(_ number: UInt64, before end: Int, _ text: inout InlineArray<41, UInt8>) -> Int {
        var (left, at) = (number, end)
        repeat {
            at -= 1
            text[at] = UInt8(ascii: "0") + UInt8(left % 10)
            left /= 10
        } while left > 0
        return at
    }
}
