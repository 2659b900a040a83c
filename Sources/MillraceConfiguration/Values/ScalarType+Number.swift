extension ScalarType<Int> {
    /// A whole number in decimal digits.
    static func integer(in range: ClosedRange<Int>) -> Self {
        let bounds =
            range.upperBound == .max
            ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        return ScalarType(name: "integer \(bounds)", expected: "an integer \(bounds)") { text throws(Mismatch) in
            guard isDecimal(text), let value = Int(text), range.contains(value) else { throw Mismatch() }
            return value
        } write: {
            "\($0)"
        }
    }
}

extension ScalarType<Double> {
    /// A number with or without decimals.
    static func number(in range: ClosedRange<Double>, expected: String) -> Self {
        ScalarType(name: "number", expected: expected) { text throws(Mismatch) in
            let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard text.utf8.count <= 32, parts.allSatisfy(isDecimal), let value = Double(text), range.contains(value)
            else { throw Mismatch() }
            return value
        } write: {
            let text = "\($0)"
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
    }
}

extension ScalarType<Double> {
    static var retryFactor: Self { number(in: 1...1000, expected: "a number from 1 to 1000, such as 2 or 1.5") }
}

extension ScalarType<RetryLimit> {
    static var attempts: Self {
        ScalarType(
            name: "integer of at least 1, `unlimited`", expected: "an integer of at least 1, or unlimited"
        ) { text throws(Mismatch) in
            if text == "unlimited" { return .unlimited }
            guard isDecimal(text), let count = Int(text), count >= 1 else {
                throw Mismatch(suggestion: nearestName(to: text, among: ["unlimited"]))
            }
            return .attempts(count)
        } write: {
            $0.description
        }
    }
}

/// Whether a text is decimal digits and nothing else: no sign, no space.
func isDecimal(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
}
