/// A number as it is written: its digits, and where the point stands.
struct JSONNumber {
    /// All digits without the point, if they are 19 at most.
    var mantissa: UInt64 = 0
    /// The power of ten by which the mantissa is to be multiplied.
    var exponent = 0
    var isNegative = false
    /// There is neither a point nor an exponent.
    var isInteger = true
    /// The mantissa has more digits than 19, or the exponent more than four, and the text must be looked at again.
    var isLong = false
    var start = 0
    var end = 0

    /// The bytes are a number by JSON's grammar.
    var isValid = true

    /// Reads a number.
    @inline(__always)
    init(_ bytes: PaddedBytes, at start: Int) {
        self.start = start
        var at = start
        if bytes[at] == Byte.minus {
            isNegative = true
            at &+= 1
        }
        let first = at
        var digits: UInt8
        while true {
            digits = bytes[at] &- Byte.zero
            guard digits < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digits)
            at &+= 1
        }
        var count = at &- first
        if count == 0 || count > 1 && bytes[first] == Byte.zero { isValid = false }
        if bytes[at] == Byte.dot {
            isInteger = false
            at &+= 1
            let fraction = at
            while true {
                digits = bytes[at] &- Byte.zero
                guard digits < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digits)
                at &+= 1
            }
            if at == fraction { isValid = false }
            count &+= at &- fraction
            exponent = fraction &- at
        }
        isLong = count > 19
        if bytes[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at &+= 1
            let isSmall = bytes[at] == Byte.minus
            if isSmall || bytes[at] == Byte.plus { at &+= 1 }
            var power = 0
            let begin = at
            while true {
                digits = bytes[at] &- Byte.zero
                guard digits < 10 else { break }
                if power < 1_000_000 { power = power &* 10 &+ Int(digits) }
                at &+= 1
            }
            if at == begin { isValid = false }
            if at &- begin > 4 { isLong = true }
            exponent = exponent &+ (isSmall ? -power : power)
        }
        end = at
    }

    // MARK: Integers

    /// The value, or `nil` where it is none of the type: too large, or with a fraction.
    @inline(__always)
    func integer<T: FixedWidthInteger>(_ type: T.Type, _ bytes: PaddedBytes) -> T? {
        guard isInteger, !isLong else { return longInteger(type, bytes) }
        if !isNegative { return T(exactly: mantissa) }
        if mantissa <= UInt64(Int64.max) { return T(exactly: -Int64(truncatingIfNeeded: mantissa)) }
        return T(exactly: -Int128(mantissa))
    }

    /// Numbers such as `1.0` and `12e3` count as integers where they have no fraction; the digits decide, not a `Double`.
    @inline(never)
    private func longInteger<T: FixedWidthInteger>(_ type: T.Type, _ bytes: PaddedBytes) -> T? {
        var at = start + (isNegative ? 1 : 0)
        var digits: [UInt8] = []
        var power = 0
        while bytes[at] &- Byte.zero < 10 {
            digits.append(bytes[at] &- Byte.zero)
            at += 1
        }
        if bytes[at] == Byte.dot {
            at += 1
            while bytes[at] &- Byte.zero < 10 {
                digits.append(bytes[at] &- Byte.zero)
                power -= 1
                at += 1
            }
        }
        if at < end {
            at += 1
            let isSmall = bytes[at] == Byte.minus
            if isSmall || bytes[at] == Byte.plus { at += 1 }
            var value = 0
            while at < end {
                // Documents have fewer digits than this, so a larger exponent makes no difference.
                if value < 1 << 40 { value = value * 10 + Int(bytes[at] &- Byte.zero) }
                at += 1
            }
            power += isSmall ? -value : value
        }
        while digits.last == 0 {
            digits.removeLast()
            power += 1
        }
        let significant = digits.drop { $0 == 0 }
        guard !significant.isEmpty else { return 0 }
        guard power >= 0, significant.count + power <= 39 else { return nil }
        var magnitude: UInt128 = 0
        for digit in significant + Array(repeating: UInt8(0), count: power) {
            let (product, overflows) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(UInt128(digit))
            guard !overflows, !overflowsToo else { return nil }
            magnitude = sum
        }
        guard isNegative else { return T(exactly: magnitude) }
        if magnitude == UInt128(Int128.max) + 1 { return T(exactly: Int128.min) }
        return Int128(exactly: magnitude).flatMap { T(exactly: -$0) }
    }

    // MARK: Floating point

    /// The nearest value, or `nil` where it would be infinite. What is too small for the type becomes zero.
    @inline(__always)
    func double(_ bytes: PaddedBytes) -> Double? {
        // Clinger's fast path: both numbers are exact, so one rounding is the right one.
        if !isLong, mantissa <= 1 << 53, -22...22 ~= exponent {
            let exact = Double(mantissa)
            let value = exponent < 0 ? exact / PowersOfTen.double(-exponent) : exact * PowersOfTen.double(exponent)
            return isNegative ? -value : value
        }
        let value = unsafe Double(Substring(decodingASCII: bytes.buffer(start, end - start)))
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// As ``double(_:)``. Read as a `Double` first it would be rounded twice.
    @inline(never)
    func float(_ bytes: PaddedBytes) -> Float? {
        if !isLong, mantissa <= 1 << 24, -10...10 ~= exponent {
            let exact = Float(mantissa)
            let power = Float(PowersOfTen.double(abs(exponent)))
            let value = exponent < 0 ? exact / power : exact * power
            return isNegative ? -value : value
        }
        let value = unsafe Float(Substring(decodingASCII: bytes.buffer(start, end - start)))
        return value.flatMap { $0.isFinite ? $0 : nil }
    }
}

extension Substring {
    fileprivate init(decodingASCII bytes: UnsafeBufferPointer<UInt8>) {
        self = unsafe String(decoding: bytes, as: UTF8.self)[...]
    }
}

/// The powers of ten that a `Double` holds exactly.
enum PowersOfTen {
    private static let values: [23 of Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]

    @inline(__always)
    static func double(_ exponent: Int) -> Double { values[exponent] }
}
