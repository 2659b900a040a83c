/// The names of a type's members, made ready to be found in documents; code that `@JSON` writes makes one for each type.
@safe public struct JSONNames: @unchecked Sendable {
    /// Objects of more members than this are left to `Codable`: a reader notes in so many bits which of them have come.
    static let maxCount = 128

    @unsafe private struct Entry {
        /// The first eight bytes of `"name":`, and which of them count.
        var word: UInt64
        var mask: UInt64
        /// Of `"name":`; 0 where it has to be escaped and cannot be found this way.
        var length: Int
        var name: [UInt8]
        var token: [UInt8]
    }

    // Lives as long as the program does, as the type it belongs to; so it is a pointer without a count of references.
    private let entries: UnsafePointer<Entry>
    let count: Int

    /// The names in the order of the type's declaration; each once.
    public init(_ names: [String]) {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: max(1, names.count))
        for (index, name) in names.enumerated() {
            let plain = !name.utf8.contains { $0 < 0x20 || $0 == Byte.quote || $0 == Byte.backslash }
            let token = plain ? [Byte.quote] + Array(name.utf8) + [Byte.quote, Byte.colon] : []
            var word: UInt64 = 0
            for (index, byte) in token.prefix(8).enumerated() { word |= UInt64(byte) << UInt64(index * 8) }
            let mask = token.count >= 8 ? UInt64.max : (1 << UInt64(token.count * 8)) - 1
            unsafe (entries + index).initialize(
                to: Entry(word: word, mask: mask, length: token.count, name: Array(name.utf8), token: token))
        }
        unsafe self.entries = UnsafePointer(entries)
        count = names.count
    }

    /// The length of `"name":` if it is that name's and stands at `position` of a document that ends at `end`.
    @inline(__always)
    func match(_ index: Int, _ bytes: PaddedBytes, _ position: Int, end: Int) -> Int? {
        guard index < count else { return nil }
        let entry = unsafe entries + index
        guard unsafe bytes.word(position) & entry.pointee.mask == entry.pointee.word else { return nil }
        let length = unsafe entry.pointee.length
        guard length > 0 else { return nil }
        if length > 8 {
            guard position &+ length <= end else { return nil }
            let isEqual = unsafe entry.pointee.token.withUnsafeBufferPointer { token in
                unsafe bytes.equal(position &+ 8, UnsafeBufferPointer(rebasing: token[8...]))
            }
            guard isEqual else { return nil }
        }
        return length
    }

    /// The place of a name, or -1.
    @inline(never)
    func find(_ text: JSONCursor.Text, _ bytes: PaddedBytes) -> Int {
        if text.hasEscapes {
            let name = JSONText.make(
                bytes, start: text.start, count: text.end - text.start, hasEscapes: true, isASCII: text.isASCII)
            for index in 0..<count where unsafe entries[index].name.elementsEqual(name.utf8) { return index }
            return -1
        }
        let length = text.end &- text.start
        for index in 0..<count {
            let entry = unsafe entries + index
            guard unsafe entry.pointee.name.count == length else { continue }
            if unsafe entry.pointee.name.withUnsafeBufferPointer({ unsafe bytes.equal(text.start, $0) }) {
                return index
            }
        }
        return -1
    }
}
