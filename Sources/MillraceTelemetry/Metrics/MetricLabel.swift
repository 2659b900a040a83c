/// A label of a metric and its value.
public struct MetricLabel: Hashable, Sendable {
    /// The name: letters, digits and `_`, no digit first.
    public let name: String
    /// The value: any text.
    public let value: String

    /// A label of this name and value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// True where `name` can name a label; with `:` it can name a metric only.
    static func isValid(_ name: String, allowingColon: Bool = false) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
            case 0x3A: allowingColon
            default: false
            }
        }
    }
}
