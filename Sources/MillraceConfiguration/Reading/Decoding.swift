/// One pass over a file's tree. It collects all problems, and goes on after each.
struct Decoding {
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var origins = Origins()
    /// The path of the option that is being read, such as `subscriptions[0].key`.
    private(set) var path = ""

    init(file: String) {
        origins.file = file
    }

    /// Reports a problem of the option that is being read.
    mutating func report(_ position: SourcePosition, _ message: String) {
        problems.append(
            ConfigurationProblem(file: origins.file, position: position, option: path, message: message))
    }

    mutating func report(_ more: [ConfigurationProblem]) {
        problems += more
    }

    /// Reads what stands under a key or index, here named by the piece that it adds to the path.
    mutating func descend(_ piece: String, _ node: YAMLNode, _ body: (inout Decoding) -> Void) {
        let outer = path
        path += path.isEmpty && piece.hasPrefix(".") ? String(piece.dropFirst()) : piece
        var written: String?
        if case .scalar(let scalar) = node.content, !isConfidential { written = scalar.written }
        origins[path] = Origins.Origin(position: node.start, written: written)
        body(&self)
        path = outer
    }

    /// Reads a mapping's options into a section, each key into the option of its name.
    mutating func section<Section: ConfigurationSection>(_ node: YAMLNode, into section: inout Section) {
        guard let entries = entries(of: node, expected: "a mapping with \(Section.outline)") else { return }
        let before = problems.count
        let options = Section.options
        let names = options.map(\.reference.name)
        for entry in entries where !names.contains(entry.key) {
            report(entry.keyStart, "unknown key \(quoted(entry.key))" + hint(entry.key, names))
        }
        for option in options {
            if let entry = entries.first(where: { $0.key == option.reference.name }) {
                descend(".\(entry.key)", entry.value) { option.read(entry.value, &$0, &section) }
            } else if let required = option.required {
                report(node.start, "'\(option.reference.name)' is missing; expected \(required)")
            }
        }
        if problems.count == before { section.check(node, &self) }
    }

    /// The value of a scalar, or `nil` when it is none of that type; then that has been reported.
    mutating func value<Value>(_ node: YAMLNode, _ type: ScalarType<Value>) -> Value? {
        guard case .scalar(let scalar) = node.content, !scalar.isNull else {
            reportMismatch(node, expected: type.expected)
            return nil
        }
        do { return try type.parse(scalar.text) } catch {
            // What the environment gave must not be shown, neither whole nor in part.
            let mismatch = scalar.isFromEnvironment || isConfidential ? Mismatch() : error
            var message = "expected \(type.expected), but found \(shown(node))"
            if scalar.isFromEnvironment { message += ", which the environment makes something else" }
            if let detail = mismatch.detail { message += ": \(detail)" }
            var suggestion = mismatch.suggestion
            if suggestion == nil, problems.count <= InvalidConfiguration.limit {
                suggestion = nearestName(to: scalar.text, among: mismatch.names)
            }
            if let suggestion { message += "; did you mean \(quoted(suggestion))?" }
            report(node.position(ofCharacter: mismatch.offset), message)
            return nil
        }
    }

    /// The entries of a mapping, or `nil` when it is none; then that has been reported.
    mutating func entries(of node: YAMLNode, expected: String) -> [YAMLEntry]? {
        guard case .mapping(let entries) = node.content else {
            reportMismatch(node, expected: expected)
            return nil
        }
        return entries
    }

    /// The elements of a list, or `nil` when it is none; then that has been reported.
    mutating func elements(of node: YAMLNode, expected: String) -> [YAMLNode]? {
        guard case .sequence(let elements) = node.content else {
            reportMismatch(node, expected: expected)
            return nil
        }
        return elements
    }

    private mutating func reportMismatch(_ node: YAMLNode, expected: String) {
        if node.content == .unusable { return }
        report(node.start, "expected \(expected), but found \(shown(node))")
    }

    private func hint(_ key: String, _ names: [String]) -> String {
        if problems.count > InvalidConfiguration.limit { return "" }
        if let name = nearestName(to: key, among: names) { return "; did you mean '\(name)'?" }
        return "; known here: \(names.joined(separator: ", "))"
    }

    private func shown(_ node: YAMLNode) -> String {
        switch node.content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .unusable: "something unusable"
        case .scalar(let scalar):
            scalar.isNull ? "nothing" : isConfidential ? "another value" : quoted(scalar.written)
        }
    }

    /// Whether values may be secrets even where they are written in the file.
    private var isConfidential: Bool { path.hasPrefix("kafka") }
}
