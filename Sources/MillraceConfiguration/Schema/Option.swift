/// One key of a section: how it is read, and what the reference says of it. Defined once, for both.
struct Option<Section: Sendable>: Sendable {
    let reference: OptionReference
    /// For an option that must be there: what an error says is missing.
    var required: String?
    let read: @Sendable (YAMLNode, inout Decoding, inout Section) -> Void
}

extension Option {
    /// The same option as one of a section that holds this one's.
    func within<Outer>(_ path: any WritableKeyPath<Outer, Section> & Sendable) -> Option<Outer> {
        Option<Outer>(reference: reference, required: required) { node, decoding, outer in
            read(node, &decoding, &outer[keyPath: path])
        }
    }
}

extension Option where Section: ConfigurationSection {
    /// A value with a default, which is what a new section has.
    /// - Parameter standard: the reference's word for the default, where it is not the value itself.
    static func value<Value>(
        _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable, _ type: ScalarType<Value>,
        standard: String? = nil, example: String, _ meaning: String
    ) -> Self {
        Option(
            reference: OptionReference(
                name: name, type: type.name, standard: standard ?? "`\(type.write(Section()[keyPath: path]))`",
                example: example, meaning: meaning, isExampleValid: type.accepts(example))
        ) { node, decoding, section in
            if let value = decoding.value(node, type) { section[keyPath: path] = value }
        }
    }

    /// A value without a default of its own.
    static func optional<Value>(
        _ name: String, _ path: any WritableKeyPath<Section, Value?> & Sendable, _ type: ScalarType<Value>,
        standard: String, isRequired: Bool = false, example: String, _ meaning: String
    ) -> Self {
        Option(
            reference: OptionReference(
                name: name, type: type.name, standard: standard, example: example, meaning: meaning,
                isExampleValid: type.accepts(example)),
            required: isRequired ? type.expected : nil
        ) { node, decoding, section in
            section[keyPath: path] = decoding.value(node, type)
        }
    }

    /// A section within the section.
    static func section<Child: ConfigurationSection>(
        _ name: String, _ path: any WritableKeyPath<Section, Child> & Sendable, standard: String = "", _ meaning: String
    ) -> Self {
        Option(
            reference: OptionReference(
                name: name, type: "mapping", standard: standard, example: "", meaning: meaning,
                table: ReferenceTable(Child.self))
        ) { node, decoding, section in
            decoding.section(node, into: &section[keyPath: path])
        }
    }
}

extension ScalarType {
    fileprivate func accepts(_ example: String) -> Bool {
        (try? parse(example)) != nil
    }
}
