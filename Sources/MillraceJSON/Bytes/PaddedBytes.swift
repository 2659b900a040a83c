import Glibc

/// A document's bytes with zeros behind them, read without bounds checks.
///
/// Whoever makes one promises ``padding`` zero bytes behind the last byte. A zero is no part of any token, so every loop
/// over a token ends there at the latest, and a word may be loaded at any place of the document.
@safe struct PaddedBytes {
    /// How many zero bytes stand behind the document.
    static let padding = 16

    private let base: UnsafePointer<UInt8>

    @inline(__always)
    init(_ base: UnsafePointer<UInt8>) { unsafe self.base = unsafe base }

    @inline(__always)
    subscript(_ index: Int) -> UInt8 { unsafe base[index] }

    /// Eight bytes; the first is the lowest.
    @inline(__always)
    func word(_ index: Int) -> UInt64 {
        unsafe UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    func buffer(_ start: Int, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: base + start, count: count)
    }
}

extension PaddedBytes {
    /// Whether these bytes stand at an index. As many bytes of the document are read, all of which must be there.
    @inline(__always)
    func equal(_ start: Int, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let wanted = other.baseAddress else { return other.isEmpty }
        return unsafe memcmp(base + start, wanted, other.count) == 0
    }
}
