/// The way to one value in a JSON document: `$.user.id`, `$['a b'].c`, `$.items[0].id`.
///
/// The part of RFC 9535 that names one value at most: no wildcards, slices, filters, or counting from the end.
public struct JSONPath: Hashable, Sendable, CustomStringConvertible {
    /// One step of the way.
    public enum Component: Hashable, Sendable {
        /// The member of an object.
        case member(String)
        /// The element of an array, from 0.
        case index(Int)
    }

    /// The steps from the root, one at least.
    public let components: [Component]

    /// A path of these steps.
    /// - Precondition: there is one step at least, and no index is negative.
    public init(_ components: [Component]) {
        precondition(!components.isEmpty, "a JSON path has one step at least")
        for case .index(let index) in components { precondition(index >= 0, "index \(index) is negative") }
        self.components = components
    }

    /// Parses a path.
    public init(parsing text: String) throws(JSONPathError) {
        var parser = JSONPathParser(text)
        components = try parser.components()
    }

    /// The path in its usual form; parsing it gives the same path.
    public var description: String {
        components.reduce(into: "$") { text, component in
            switch component {
            case .index(let index): text += "[\(index)]"
            case .member(let name):
                let isShort =
                    name.unicodeScalars.first.map(JSONPathParser.canBegin) == true
                    && name.unicodeScalars.allSatisfy(JSONPathParser.canContinue)
                text += isShort ? ".\(name)" : "['\(Self.escaped(name))']"
            }
        }
    }

    private static func escaped(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "'", "\\": text += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
