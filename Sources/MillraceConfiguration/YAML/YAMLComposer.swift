/// Makes a tree of a YAML stream's events.
///
/// One document, no anchors, aliases, merge keys or tags, no key twice: what a configuration does not need, and what
/// would let a small file become a large tree.
struct YAMLComposer: ~Copyable {
    /// What was wrong without ending the reading.
    private(set) var problems: [YAMLSyntaxError] = []
    private var parser: YAMLParser
    private let limits: YAMLLimits
    private var depth = 0
    private var nodes = 0

    init(_ text: [UInt8], limits: YAMLLimits = YAMLLimits()) {
        parser = YAMLParser(text)
        self.limits = limits
    }

    /// The document's root, or `nil` for a file of nothing but comments and white space.
    mutating func document() throws(YAMLSyntaxError) -> YAMLNode? {
        _ = try parser.next()
        guard try parser.next().kind == .documentStart else { return nil }
        let root = try node(try parser.next())
        _ = try parser.next()
        let end = try parser.next()
        if end.kind != .streamEnd {
            report(end.start, "a second document begins here; a configuration is one document, without '---' in it")
        }
        return root
    }

    private mutating func node(_ event: YAMLEvent) throws(YAMLSyntaxError) -> YAMLNode {
        nodes += 1
        if nodes > limits.nodes {
            throw YAMLSyntaxError(position: event.start, message: "more than \(limits.nodes) values in one file")
        }
        if event.hasAnchor {
            report(event.start, "anchors (&name) are not supported; repeat the value, or set it under 'defaults'")
        }
        if event.hasTag {
            report(event.start, "tags (!name) are not supported; put quotes around a value that begins with '!'")
        }
        switch event.kind {
        case .scalar(let text, let isPlain):
            let scalar = YAMLScalar(text: text, written: text, isPlain: isPlain)
            return YAMLNode(content: .scalar(scalar), start: event.start, end: event.end)
        case .sequenceStart: return try sequence(event)
        case .mappingStart: return try mapping(event)
        default:
            report(
                event.start,
                "aliases (*name) are not supported; repeat the value, set it under 'defaults', or put quotes around it")
            return YAMLNode(content: .unusable, start: event.start, end: event.end)
        }
    }

    private mutating func sequence(_ begin: YAMLEvent) throws(YAMLSyntaxError) -> YAMLNode {
        try descend(begin)
        defer { depth -= 1 }
        var elements: [YAMLNode] = []
        while true {
            let event = try parser.next()
            if event.kind == .sequenceEnd {
                return YAMLNode(content: .sequence(elements), start: begin.start, end: event.end)
            }
            elements.append(try node(event))
        }
    }

    private mutating func mapping(_ begin: YAMLEvent) throws(YAMLSyntaxError) -> YAMLNode {
        try descend(begin)
        defer { depth -= 1 }
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try parser.next()
            if event.kind == .mappingEnd {
                return YAMLNode(content: .mapping(entries), start: begin.start, end: event.end)
            }
            let key = try node(event)
            let value = try node(try parser.next())
            guard case .scalar(let scalar) = key.content else {
                if key.content != .unusable { report(key.start, "a key must be a name, not a list or a mapping") }
                continue
            }
            if scalar.isPlain && scalar.text == "<<" {
                report(key.start, "merge keys (<<) are not supported; repeat the values, or set them under 'defaults'")
            } else if let line = lines[scalar.text] {
                report(key.start, "the key \(quoted(scalar.text)) stands here twice; the first is in line \(line)")
            } else {
                lines[scalar.text] = key.start.line
                entries.append(YAMLEntry(key: scalar.text, keyStart: key.start, value: value))
            }
        }
    }

    private mutating func descend(_ event: YAMLEvent) throws(YAMLSyntaxError) {
        depth += 1
        if depth > limits.depth {
            throw YAMLSyntaxError(position: event.start, message: "nested deeper than \(limits.depth) levels")
        }
    }

    private mutating func report(_ position: SourcePosition, _ message: String) {
        problems.append(YAMLSyntaxError(position: position, message: message))
    }
}
