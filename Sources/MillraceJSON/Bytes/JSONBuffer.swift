import Glibc

/// Bytes that are being written, in memory that is used again.
///
/// Behind ``capacity`` there is room for a word more, which may be written and read.
@safe struct JSONBuffer {
    private var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private(set) var capacity: Int
    private static let slack = 16

    init(capacity: Int) {
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity + Self.slack)
        // Words are read that were never written; what they hold is masked out, but it should be something.
        unsafe base.initialize(repeating: 0, count: capacity + Self.slack)
    }

    func deallocate() { unsafe base.deallocate() }

    @inline(__always)
    mutating func reserve(_ more: Int) {
        if count &+ more > capacity { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Self.slack)
        unsafe new.update(from: base, count: count)
        unsafe (new + count).initialize(repeating: 0, count: larger + Self.slack - count)
        unsafe base.deallocate()
        unsafe base = unsafe new
        capacity = larger
    }

    mutating func removeAll() { count = 0 }

    mutating func truncate(to count: Int) { self.count = count }

    /// Overwrites a byte that is there.
    @inline(__always)
    mutating func replace(at index: Int, by byte: UInt8) { unsafe base[index] = byte }

    @inline(__always)
    func byte(at index: Int) -> UInt8 { unsafe base[index] }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base[count] = byte
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        unsafe (base + count).update(from: text.utf8Start, count: length)
        count &+= length
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe UnsafeMutableRawPointer(base + count).copyMemory(from: start, byteCount: bytes.count)
        count += bytes.count
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Bytes that were written, copied.
    func copy(_ range: Range<Int>) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    // MARK: Strings

    /// A string in quotes, with the escapes that JSON demands and no others.
    @inline(__always)
    mutating func append(string: String) {
        var string = string
        string.withUTF8 { unsafe append(text: $0) }
    }

    private mutating func append(text: UnsafeBufferPointer<UInt8>) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let length = text.count
        reserve(length &+ 10)
        let start = count &+ 1
        unsafe base[count] = Byte.quote
        if let source = text.baseAddress { unsafe (base + start).update(from: source, count: length) }
        var at = 0
        while at < length {
            var word = unsafe UInt64(littleEndian: UnsafeRawPointer(base + start + at).loadUnaligned(as: UInt64.self))
            if length &- at < 8 {
                // What stands behind the string is none of it.
                let bits = UInt64(truncatingIfNeeded: (length &- at) &* 8)
                word |= ~0 &<< bits
            }
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let special =
                ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word)
                & (ones &* 0x80)
            if special != 0 {
                count = start &+ at
                unsafe appendEscaped(UnsafeBufferPointer(rebasing: text[at...]))
                append(Byte.quote)
                return
            }
            at &+= 8
        }
        count = start &+ length
        unsafe base[count] = Byte.quote
        count &+= 1
    }

    @inline(never)
    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        for index in 0..<text.count {
            let byte = unsafe text[index]
            switch byte {
            case Byte.quote: append("\\\"")
            case Byte.backslash: append("\\\\")
            case 0x08: append("\\b")
            case 0x09: append("\\t")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case 0..<0x20:
                append("\\u00")
                append(byte < 16 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
                let low = byte & 15
                append(low < 10 ? Byte.zero + low : UInt8(ascii: "a") + low - 10)
            default: append(byte)
            }
        }
    }

    // MARK: Numbers

    @inline(__always)
    mutating func append<T: FixedWidthInteger>(integer value: T) {
        if let small = Int64(exactly: value) {
            append(int64: small)
        } else {
            appendASCII(value.description)
        }
    }

    mutating func append(int64 value: Int64) {
        reserve(20)
        if value < 0 {
            unsafe base[count] = Byte.minus
            count &+= 1
        }
        append(magnitude: value.magnitude)
    }

    private mutating func append(magnitude: UInt64) {
        let digits = Self.digitCount(magnitude)
        write(magnitude, digits: digits)
        count &+= digits
    }

    /// The lowest digits of a number, with zeros before it.
    mutating func appendDigits(_ value: Int, _ digits: Int) {
        reserve(digits)
        write(UInt64(value), digits: digits)
        count &+= digits
    }

    @inline(__always)
    private func write(_ value: UInt64, digits: Int) {
        var rest = value
        var at = count &+ digits
        while at > count {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            at &-= 1
            unsafe base[at] = Byte.zero &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
    }

    @inline(__always)
    private static func digitCount(_ value: UInt64) -> Int {
        var digits = 1
        var rest = value
        while rest >= 10_000 {
            rest /= 10_000
            digits &+= 4
        }
        if rest >= 1000 { return digits &+ 3 }
        if rest >= 100 { return digits &+ 2 }
        return rest >= 10 ? digits &+ 1 : digits
    }

    private mutating func appendASCII(_ text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// The shortest number that reads as this value; whole ones without a point. The value is finite.
    mutating func append(double value: Double) {
        // A decimal of up to 15 digits that gives the value back is the only one, and so the shortest. Most amounts are one.
        var scale = 1.0
        var digits = 0
        while digits <= 3 {
            let scaled = (value * scale).rounded(.toNearestOrEven)
            guard abs(scaled) < 1e15 else { break }
            if scaled / scale == value {
                append(scaled, power: UInt64(scale), digits: digits, isNegative: value.sign == .minus)
                return
            }
            scale *= 10
            digits &+= 1
        }
        appendDescription(value.description)
    }

    @inline(__always)
    private mutating func append(_ scaled: Double, power: UInt64, digits: Int, isNegative: Bool) {
        reserve(24)
        if isNegative {
            unsafe base[count] = Byte.minus
            count &+= 1
        }
        let magnitude = UInt64(abs(scaled))
        append(magnitude: magnitude / power)
        if digits > 0 {
            unsafe base[count] = Byte.dot
            count &+= 1
            write(magnitude % power, digits: digits)
            count &+= digits
        }
    }

    mutating func append(float value: Float) { appendDescription(value.description) }

    @inline(never)
    private mutating func appendDescription(_ text: String) {
        appendASCII(text)
        if count >= 2, byte(at: count - 1) == Byte.zero, byte(at: count - 2) == Byte.dot { count -= 2 }
    }
}
