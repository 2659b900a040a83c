/// A decimal number with the unit that follows it, such as `30s`.
struct Quantity {
    let number: Int64
    let unit: String

    /// Splits `1m30s` into its quantities, or returns `nil` for any other form.
    static func all(in text: String) -> [Quantity]? {
        guard text.utf8.count <= 64 else { return nil }
        var quantities: [Quantity] = []
        var rest = text[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let unit = rest[digits.endIndex...].prefix { $0.isASCII && $0.isLetter }
            guard let number = Int64(digits), quantities.isEmpty || !unit.isEmpty else { return nil }
            quantities.append(Quantity(number: number, unit: String(unit)))
            rest = rest[unit.endIndex...]
            if unit.isEmpty && !rest.isEmpty { return nil }
        }
        return quantities.isEmpty ? nil : quantities
    }
}
