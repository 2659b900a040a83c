/// Numbers in base 62, with the digits 0-9, a-z, A-Z, the most significant first.
enum Base62 {
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// Appends `value` with exactly `digits` digits, which must be enough.
    static func encode<Value: FixedWidthInteger & UnsignedInteger>(
        _ value: Value, digits: Int, into text: inout [UInt8]
    ) {
        let start = text.count
        text.append(contentsOf: repeatElement(alphabet[0], count: digits))
        var rest = value
        for index in stride(from: start + digits - 1, through: start, by: -1) {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 62)
            text[index] = alphabet[Int(remainder)]
            rest = quotient
        }
        precondition(rest == 0, "\(digits) digits in base 62 are too few for \(value)")
    }

    /// Reads digits.
    ///
    /// - Throws: ``IdentifierError`` for other characters, and for a number that `Value` does not have.
    static func decode<Value: FixedWidthInteger & UnsignedInteger>(
        _ digits: ArraySlice<UInt8>, _: Value.Type
    ) throws(IdentifierError) -> Value {
        var value: Value = 0
        for digit in digits {
            let number: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): number = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): number = digit - UInt8(ascii: "A") + 36
            default: throw .character(kind: .invocation)
            }
            let (product, overflows) = value.multipliedReportingOverflow(by: 62)
            let (sum, carries) = product.addingReportingOverflow(Value(number))
            if overflows || carries { throw .range(kind: .invocation) }
            value = sum
        }
        return value
    }
}
