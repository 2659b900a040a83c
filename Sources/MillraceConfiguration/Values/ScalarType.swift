/// A type of value that stands in one scalar: how it is read, written, and told of.
struct ScalarType<Value: Sendable>: Sendable {
    /// The reference's word for it, such as `duration`.
    let name: String
    /// What an error says was expected, with examples.
    let expected: String
    /// Whether a literal value may be a secret or be nothing at all, as for the settings of a library.
    var isAnyText = false
    let parse: @Sendable (String) throws(Mismatch) -> Value
    /// The form that the file uses.
    let write: @Sendable (Value) -> String
}

extension ScalarType {
    /// One of a few words.
    static func choice() -> Self where Value: RawRepresentable<String> & CaseIterable {
        let names = Value.allCases.map(\.rawValue)
        return ScalarType(name: names.map { "`\($0)`" }.joined(separator: ", "), expected: alternatives(names)) {
            text throws(Mismatch) in
            guard let value = Value(rawValue: text) else {
                throw Mismatch(suggestion: nearestName(to: text, among: names))
            }
            return value
        } write: {
            $0.rawValue
        }
    }
}

/// `a, b or c`.
func alternatives(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
}
