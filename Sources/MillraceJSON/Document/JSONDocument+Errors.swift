extension JSONDocument {
    /// The node of an object's `superEncoder` that is not there, and of the like: reads as `null`.
    static let absent = -1

    func kind(_ index: Int) -> JSONKind { index < 0 ? .null : nodes[index].kind }

    /// Visits the steps from the root to a node. One behind the last node is where a scan has stopped.
    private func forEachStep(to target: Int, _ visit: (Step) -> Void) {
        var container = 0
        while container < target, nodes.count > 0 {
            // A container that is still open, when the scan has failed, goes on to behind the last node.
            func end(_ index: Int) -> Int {
                let end = Int(nodes[index].end)
                let isOpen = [.object, .array].contains(nodes[index].kind) && end <= index
                return isOpen ? nodes.count + 1 : end
            }
            var child = container + 1
            var position = 0
            let isObject = nodes[container].kind == .object
            while child < min(end(container), nodes.count) {
                let value = isObject ? child + 1 : child
                // A name may be the last node, where the scan has failed before its value.
                if value >= nodes.count || target < value || target < end(value) {
                    visit(isObject ? .member(child) : .element(position))
                    if target <= value { return }
                    container = value
                    break
                }
                child = end(value)
                position += 1
            }
            if child >= min(end(container), nodes.count) { return }
        }
    }

    private enum Step {
        case member(Int)
        case element(Int)
    }

    /// The way to a node, for the coding paths of containers and errors; walked only when somebody asks.
    func codingPath(to node: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        guard node > 0 else { return path }
        forEachStep(to: node) { step in
            switch step {
            case .member(let key): path.append(JSONCodingKey(text(nodes[key])))
            case .element(let index): path.append(JSONCodingKey(index))
            }
        }
        return path
    }

    /// The way to a node, in words.
    func path(to node: Int) -> String {
        var path = "$"
        guard node > 0 else { return path }
        forEachStep(to: node) { step in
            switch step {
            case .member(let key): PathText.append(name: text(nodes[key]), to: &path)
            case .element(let index): PathText.append(index: index, to: &path)
            }
        }
        return path
    }

    /// Follows a coding path as far as it goes.
    func node(at path: [any CodingKey]) -> Int? {
        guard nodes.count > 0 else { return nil }
        var node = 0
        for key in path {
            var child = node + 1
            let end = Int(nodes[node].end)
            switch nodes[node].kind {
            case .object:
                while child < end, text(nodes[child]) != key.stringValue { child = Int(nodes[child + 1].end) }
                guard child < end else { return nil }
                node = child + 1
            case .array:
                var left = key.intValue ?? .max
                while child < end, left > 0 {
                    child = Int(nodes[child].end)
                    left -= 1
                }
                guard child < end else { return nil }
                node = child
            default: return nil
            }
        }
        return node
    }

    /// Where the value begins in the bytes.
    func offset(_ index: Int) -> Int {
        guard index >= 0 else { return 0 }
        return Int(nodes[index].offset) - (nodes[index].kind == .string ? 1 : 0)
    }

    /// What a value is, as errors say it: never a string's characters.
    func describe(_ index: Int) -> String {
        let kind = kind(index)
        guard kind == .number else { return kind.name }
        let node = nodes[index]
        let shown = 12
        let text = unsafe String(decoding: bytes.buffer(Int(node.offset), min(Int(node.count), shown)), as: UTF8.self)
        return Int(node.count) > shown ? text + "…" : text
    }

    func error(_ problem: JSONSyntaxProblem, in container: Int = -1) -> JSONError {
        // Where the next node would be is where the scan stopped.
        let path = container >= 0 ? path(to: nodes.count) : "$"
        return JSONError(path: path, offset: problem.offset, expected: problem.expected, found: problem.found)
    }

    /// An error about a value that is there.
    @inline(never)
    func mismatch(_ index: Int, expected: String) -> JSONError {
        JSONError(path: path(to: index), offset: offset(index), expected: expected, found: describe(index))
    }
}
