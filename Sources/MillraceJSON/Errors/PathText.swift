/// Writes the ways to values as JSON paths do.
enum PathText {
    /// Names above this are cut: they may come from the document.
    private static let maxNameScalars = 64

    static func of(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "$") { path, key in
            if let index = key.intValue, key.stringValue != String(index) {
                append(index: index, to: &path)
            } else {
                append(name: key.stringValue, to: &path)
            }
        }
    }

    static func append(index: Int, to path: inout String) { path += "[\(index)]" }

    static func append(name: String, to path: inout String) {
        let scalars = name.unicodeScalars
        let isShort =
            scalars.first.map { $0 == "_" || $0.properties.isAlphabetic } == true
            && scalars.allSatisfy { $0 == "_" || $0.properties.isAlphabetic || "0"..."9" ~= $0 }
            && scalars.count <= maxNameScalars
        if isShort {
            path += "." + name
            return
        }
        path += "['"
        for scalar in scalars.prefix(maxNameScalars) {
            switch scalar {
            case "'", "\\": path += "\\\(scalar)"
            case _
            where scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || scalar.properties.generalCategory == .format:
                path += "\\u{\(String(scalar.value, radix: 16))}"
            default: path.unicodeScalars.append(scalar)
            }
        }
        path += (scalars.count > maxNameScalars ? "…" : "") + "']"
    }
}
