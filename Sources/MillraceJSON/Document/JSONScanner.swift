/// Fills a document's index in one pass over its bytes.
struct JSONScanner {
    var cursor: JSONCursor
    private var nodes: NodeBuffer
    private let document: JSONDocument
    /// The innermost container that is open, or -1.
    private(set) var container = -1

    @inline(__always)
    init(document: JSONDocument) {
        self.document = document
        cursor = document.cursor
        nodes = document.nodes
    }

    /// Returns `false` where the bytes are no JSON; the cursor has the reason.
    @inline(__always)
    mutating func run() -> Bool {
        let isWhole = value()
        document.nodes = nodes
        return isWhole
    }

    private mutating func value() -> Bool {
        var text = JSONCursor.Text()
        var kind = JSONKind.null
        var isObject = false
        var depth = 0
        while true {
            cursor.skipWhitespace()
            let byte = cursor.bytes[cursor.position]
            if byte == Byte.quote {
                cursor.position &+= 1
                guard cursor.string(&text) else { return false }
                append(text)
            } else if byte == Byte.openBrace || byte == Byte.openBracket {
                guard depth < JSONLimits.maxDepth else { return cursor.fail(.tooDeep, at: cursor.position) }
                let opensObject = byte == Byte.openBrace
                let index = nodes.append(
                    JSONNode(
                        offset: UInt32(truncatingIfNeeded: cursor.position), count: 0,
                        end: Int32(truncatingIfNeeded: container),
                        kind: opensObject ? .object : .array, flags: [], passed: 0))
                cursor.position &+= 1
                cursor.skipWhitespace()
                if cursor.bytes[cursor.position] == (opensObject ? Byte.closeBrace : Byte.closeBracket) {
                    cursor.position &+= 1
                    nodes[index].count = opensObject ? UInt32(truncatingIfNeeded: index &+ 1) : 0
                    nodes[index].end = Int32(truncatingIfNeeded: index &+ 1)
                } else {
                    container = index
                    isObject = opensObject
                    depth &+= 1
                    if isObject {
                        nodes[index].count = UInt32(truncatingIfNeeded: index &+ 1)
                        guard cursor.key(&text) else { return false }
                        append(text)
                    } else {
                        nodes[index].count = 1
                    }
                    continue
                }
            } else if byte &- Byte.zero < 10 || byte == Byte.minus {
                let start = cursor.position
                guard cursor.skipNumber() else { return false }
                append(.number, start, cursor.position &- start)
            } else {
                let start = cursor.position
                guard cursor.literal(&kind) else { return false }
                append(kind, start, cursor.position &- start)
            }

            closing: while true {
                if container < 0 {
                    cursor.skipWhitespace()
                    return cursor.position >= cursor.end || cursor.fail(.trailingBytes, at: cursor.position)
                }
                cursor.skipWhitespace()
                let byte = cursor.bytes[cursor.position]
                if byte == Byte.comma {
                    cursor.position &+= 1
                    if isObject {
                        guard cursor.key(&text) else { return false }
                        append(text)
                    } else {
                        nodes[container].count &+= 1
                    }
                    break closing
                }
                guard byte == (isObject ? Byte.closeBrace : Byte.closeBracket) else {
                    return cursor.failExpecting(isObject ? "',' or '}'" : "',' or ']'")
                }
                cursor.position &+= 1
                let parent = Int(nodes[container].end)
                nodes[container].end = Int32(truncatingIfNeeded: nodes.count)
                container = parent
                depth &-= 1
                if container >= 0 { isObject = nodes[container].kind == .object }
            }
        }
    }

    @inline(__always)
    private mutating func append(_ text: JSONCursor.Text) {
        var flags: JSONNode.Flags = text.isASCII ? .isASCII : []
        if text.hasEscapes { flags.insert(.hasEscapes) }
        _ = nodes.append(
            JSONNode(
                offset: UInt32(truncatingIfNeeded: text.start),
                count: UInt32(truncatingIfNeeded: text.end &- text.start),
                end: Int32(truncatingIfNeeded: nodes.count &+ 1), kind: .string, flags: flags, passed: 0))
    }

    @inline(__always)
    private mutating func append(_ kind: JSONKind, _ start: Int, _ count: Int) {
        _ = nodes.append(
            JSONNode(
                offset: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count),
                end: Int32(truncatingIfNeeded: nodes.count &+ 1), kind: kind, flags: [], passed: 0))
    }
}
