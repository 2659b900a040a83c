extension ScalarType<KeySource> {
    static var key: Self {
        ScalarType(
            name: "key", expected: "a key: record, header:NAME, none, or a JSON path such as $.user.id"
        ) { text throws(Mismatch) in
            switch text {
            case "record": return .record
            case "none": return .unkeyed
            case _ where text.hasPrefix("$"):
                do throws(JSONPathError) { return .json(try JSONPath(parsing: text)) } catch {
                    throw Mismatch(detail: error.description, offset: error.offset)
                }
            case _ where text.hasPrefix("header:"):
                let name = String(text.dropFirst("header:".count))
                guard !name.isEmpty else { throw Mismatch(detail: "the header's name is missing") }
                try refuseControlCharacters(name)
                return .header(name)
            default:
                throw Mismatch(
                    suggestion: text.hasPrefix(".") ? "$\(text)" : nearestName(to: text, among: ["record", "none"]))
            }
        } write: {
            $0.description
        }
    }
}
