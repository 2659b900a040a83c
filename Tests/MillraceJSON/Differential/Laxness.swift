import MillraceJSON

/// Where Foundation reads what is no JSON, or what does not fit; and where it does not read what is JSON.
enum Laxness {
    /// Whether Foundation is known to let this error pass.
    static func isKnown(_ bytes: [UInt8], _ error: any Error) -> Bool {
        guard let error = error as? JSONError else { return false }
        // A zero among the first bytes makes it read UTF-16 or UTF-32.
        if bytes.prefix(4).contains(0) { return true }
        // It reads 1987-8-2, years of five digits, a UUID with a plus sign, and 2⁶⁴ + 1 by way of a Double.
        let values = ["a date such as", "a UUID", "a whole number", "a string in base 64"]
        // It repairs UTF-8, and looks at no escape and no control character in a string that it does not read.
        let texts = ["UTF-8", "an escape", "a surrogate pair"]
        // It lets commas stand at the end.
        let commas = ["a value", "a member's name in quotes"]
        // It does not look at numbers that it does not read: what stands there is one as long as its characters are a number's.
        let before = error.offset.flatMap { $0 > 0 ? Character(Unicode.Scalar(bytes[$0 - 1])) : nil }
        let isUnreadNumber =
            before == "0" || error.expected == "a digit" && before.map { "eE+-.".contains($0) } == true
            || before?.isWholeNumber == true && ["'+'", "'-'", "'.'", "'e'", "'E'"].contains(error.found)
        return isUnreadNumber || (values + texts).contains { error.expected.hasPrefix($0) }
            || commas.contains(error.expected) && ["']'", "'}'"].contains(error.found)
    }

    /// Whether names such as `"98"` and `"+98"` stand for the same number: which of them counts is chance with Foundation,
    /// where members have no order.
    static func namesANumberTwice(_ bytes: [UInt8]) -> Bool {
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: "\"").compactMap { Int($0) }
        return Set(numbers).count < numbers.count
    }

    /// Numbers of some exponents are no JSON to it.
    static func isNumberThatFoundationRefuses(_ bytes: [UInt8]) -> Bool {
        bytes.contains { $0 | 0x20 == UInt8(ascii: "e") }
    }
}
