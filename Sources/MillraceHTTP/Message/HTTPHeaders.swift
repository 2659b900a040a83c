/// The fields of a message's head, in order. Names are in lower case; one name may have several fields.
package struct HTTPHeaders: Equatable, ExpressibleByDictionaryLiteral, Sendable {
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    package private(set) var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// Adds a field after the others.
    package mutating func add(_ name: String, _ value: String) { add(lowercased: name.lowercased(), value) }

    /// Adds a field whose name has no capitals.
    mutating func add(lowercased name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    /// The value of the first field of that name, in any case.
    package subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    /// The values of all fields of that name, in any case.
    package func values(of name: String) -> [String] {
        let name = name.lowercased()
        return fields.filter { $0.name == name }.map(\.value)
    }
}
