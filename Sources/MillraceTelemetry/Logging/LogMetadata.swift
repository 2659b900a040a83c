/// The keys and values of a log line, in the order in which they were first set.
public struct LogMetadata: ExpressibleByDictionaryLiteral, Equatable, Sendable {
    /// A value: what JSON calls a string, a number or a boolean.
    public enum Value: Equatable, Sendable {
        /// Text; handlers escape what would break a line.
        case string(String)
        /// A whole number.
        case integer(Int)
        /// A number.
        case double(Double)
        /// True or false.
        case boolean(Bool)
    }

    /// The pairs, each key once.
    public private(set) var pairs: [(key: String, value: Value)] = []

    /// No keys.
    public init() {}

    /// The keys and values of a literal; of a key that is there twice, the last value.
    public init(dictionaryLiteral elements: (String, Value)...) {
        for (key, value) in elements { self[key] = value }
    }

    /// True where there are no keys.
    public var isEmpty: Bool { pairs.isEmpty }

    /// The value of a key. A new key goes to the end; `nil` removes the key.
    public subscript(key: String) -> Value? {
        get { pairs.first { $0.key == key }?.value }
        set {
            let index = pairs.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): pairs[index].value = value
            case (let index?, nil): pairs.remove(at: index)
            case (nil, let value?): pairs.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// These keys, then those of `other`, which win where both have one.
    public func merging(_ other: LogMetadata) -> LogMetadata {
        if isEmpty { return other }
        var merged = self
        for (key, value) in other.pairs { merged[key] = value }
        return merged
    }

    /// The same pairs in the same order.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.pairs.elementsEqual(rhs.pairs) { $0.key == $1.key && $0.value == $1.value }
    }
}

extension LogMetadata.Value: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, CustomStringConvertible
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// A value's description as a string.
    public static func string(describing value: some Any) -> Self { .string(String(describing: value)) }

    /// The value as text, not escaped.
    public var description: String {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .boolean(let truth): String(truth)
        }
    }
}
