/// A value as it is being encoded, where it cannot be written from front to back.
final class JSONTree {
    private struct Node {
        var parent: Int
        var key: any CodingKey
        var depth: Int
        var content = Content.unset
        /// The names of an object's members as they are written.
        var names: [String] = []
        var children: [Int] = []
        /// It is a dictionary, whose keys are data and no names.
        var keepsNames = false
    }

    private enum Content {
        case unset
        case text([UInt8])
        case object
        case array
    }

    private var nodes: [Node]
    private let options: JSONEncodingOptions
    private(set) var isTooDeep = false

    init(options: JSONEncodingOptions) {
        self.options = options
        nodes = [Node(parent: -1, key: JSONCodingKey(""), depth: 0)]
    }

    func isUnset(_ node: Int) -> Bool {
        if case .unset = nodes[node].content { return true }
        return false
    }

    func codingPath(_ node: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var node = node
        while node > 0 {
            path.append(nodes[node].key)
            node = nodes[node].parent
        }
        return path.reversed()
    }

    func keepNames(_ node: Int) { nodes[node].keepsNames = true }

    /// Makes a node an object or an array. One that is something else already becomes it: the last word counts.
    func open(isObject: Bool, _ node: Int) -> Int {
        if nodes[node].depth >= JSONLimits.maxDepth { isTooDeep = true }
        switch (nodes[node].content, isObject) {
        case (.object, true), (.array, false): break
        default:
            nodes[node].content = isObject ? .object : .array
            nodes[node].names = []
            nodes[node].children = []
        }
        return node
    }

    /// A place for a member's value. A member that was there before is replaced.
    func member(_ object: Int, _ key: any CodingKey) -> Int {
        let child = append(to: object, key)
        let name = name(object, key)
        if let index = nodes[object].names.firstIndex(of: name) {
            nodes[object].children[index] = child
        } else {
            nodes[object].names.append(name)
            nodes[object].children.append(child)
        }
        return child
    }

    /// A place for an element.
    func element(_ array: Int) -> Int {
        let child = append(to: array, JSONCodingKey(nodes[array].children.count))
        nodes[array].children.append(child)
        return child
    }

    func count(_ array: Int) -> Int { nodes[array].children.count }

    /// Takes a value back that has failed.
    func remove(_ child: Int, from parent: Int) {
        guard let index = nodes[parent].children.firstIndex(of: child) else { return }
        nodes[parent].children.remove(at: index)
        if index < nodes[parent].names.count { nodes[parent].names.remove(at: index) }
    }

    private func append(to parent: Int, _ key: any CodingKey) -> Int {
        nodes.append(Node(parent: parent, key: key, depth: nodes[parent].depth + 1))
        return nodes.count - 1
    }

    private func name(_ object: Int, _ key: any CodingKey) -> String {
        if nodes[object].keepsNames { return key.stringValue }
        switch options.keys {
        case .useDefaultKeys: return key.stringValue
        case .convertToSnakeCase: return SnakeCase.added(to: key.stringValue)
        case .custom(let convert): return convert(codingPath(object) + [key]).stringValue
        }
    }

    /// Takes a value's text out of the buffer.
    func setText(_ node: Int, _ buffer: inout JSONBuffer) throws {
        let text = buffer.copy(0..<buffer.count)
        buffer.removeAll()
        guard isUnset(node) else {
            let path = codingPath(node)
            let error = JSONError(path: PathText.of(path), offset: nil, expected: "one value", found: "a second one")
            throw EncodingError.invalidValue(
                (), EncodingError.Context(codingPath: path, debugDescription: error.description, underlyingError: error)
            )
        }
        nodes[node].content = .text(text)
    }

    /// Puts what an encoding throws into the words of a ``JSONError``.
    func translate(_ error: any Error) -> any Error {
        guard case EncodingError.invalidValue(let value, let context)? = error as? EncodingError else { return error }
        if let known = context.underlyingError as? JSONError { return known }
        return JSONError(
            path: PathText.of(context.codingPath), offset: nil, expected: "a value that can be written",
            found: "a \(type(of: value)) that cannot")
    }

    // MARK: Writing

    func write(to buffer: inout JSONBuffer) { write(0, indentation: 0, to: &buffer) }

    private func write(_ node: Int, indentation: Int, to buffer: inout JSONBuffer) {
        switch nodes[node].content {
        case .unset: buffer.append("{}")
        case .text(let text): unsafe text.withUnsafeBytes { unsafe buffer.append($0) }
        case .object: writeContainer(node, isObject: true, indentation: indentation, to: &buffer)
        case .array: writeContainer(node, isObject: false, indentation: indentation, to: &buffer)
        }
    }

    private func writeContainer(_ node: Int, isObject: Bool, indentation: Int, to buffer: inout JSONBuffer) {
        buffer.append(isObject ? Byte.openBrace : Byte.openBracket)
        var order = Array(nodes[node].children.indices)
        if isObject, options.formatting.contains(.sortedKeys) {
            let names = nodes[node].names
            order.sort { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
        }
        let isPretty = options.formatting.contains(.prettyPrinted) && !order.isEmpty
        for (position, index) in order.enumerated() {
            if position > 0 { buffer.append(Byte.comma) }
            if isPretty { beginLine(indentation + 1, &buffer) }
            if isObject {
                buffer.append(string: nodes[node].names[index])
                buffer.append(isPretty ? ": " : ":")
            }
            write(nodes[node].children[index], indentation: indentation + 1, to: &buffer)
        }
        if isPretty { beginLine(indentation, &buffer) }
        buffer.append(isObject ? Byte.closeBrace : Byte.closeBracket)
    }

    private func beginLine(_ indentation: Int, _ buffer: inout JSONBuffer) {
        buffer.append("\n")
        for _ in 0..<indentation { buffer.append("  ") }
    }
}
