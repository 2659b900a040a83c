/// Reads one value of a document by its path, and nothing behind it.
///
/// Of members with the same name the first counts, as in decoding. What stands before the value is checked, what stands
/// behind it is not looked at. Numbers and booleans are taken as they are written.
public enum JSONMemberReader {
    /// One step of a path.
    public enum Step: Hashable, Sendable {
        /// The member of an object.
        case member(String)
        /// The element of an array, from 0.
        case element(Int)
    }

    /// The characters of a string, or the text of a number or a boolean.
    ///
    /// - Throws: ``JSONError`` where the way ends too early, where the value is `null`, an array or an object, and where the
    ///   bytes are no JSON.
    public static func read(_ path: [Step], in bytes: UnsafeRawBufferPointer) throws(JSONError) -> [UInt8] {
        var document = JSONDocument.cache.take() ?? JSONDocument()
        defer { JSONDocument.giveBack(&document) }
        try unsafe document.load(bytes)
        var walk = Walk(cursor: document.cursor)
        for step in path { try walk.enter(step) }
        return try walk.value()
    }
}

extension JSONMemberReader {
    /// The way through a document, step by step.
    private struct Walk {
        var cursor: JSONCursor
        var path = "$"
        var depth = 0

        mutating func enter(_ step: Step) throws(JSONError) {
            cursor.skipWhitespace()
            let start = cursor.position
            let isObject = cursor.bytes[start] == Byte.openBrace
            guard isObject || cursor.bytes[start] == Byte.openBracket else {
                throw try mismatch(expected: Self.container(step))
            }
            switch step {
            case .member: guard isObject else { throw try mismatch(expected: Self.container(step)) }
            case .element: guard !isObject else { throw try mismatch(expected: Self.container(step)) }
            }
            cursor.position += 1
            let outer = path
            switch step {
            case .member(let name): PathText.append(name: name, to: &path)
            case .element(let index): PathText.append(index: index, to: &path)
            }
            guard depth < JSONLimits.maxDepth else {
                _ = cursor.fail(.tooDeep, at: start)
                throw syntaxError(at: outer)
            }
            depth += 1
            cursor.skipWhitespace()
            if cursor.bytes[cursor.position] == (isObject ? Byte.closeBrace : Byte.closeBracket) {
                throw missing(step, from: start)
            }
            var position = 0
            var text = JSONCursor.Text()
            while true {
                switch step {
                case .member(let name):
                    guard cursor.key(&text) else { throw syntaxError(at: outer) }
                    if isName(text, name) { return }
                case .element(let index):
                    if position == index { return }
                }
                guard cursor.skipValue(depth: depth) else { throw syntaxError(at: outer) }
                position += 1
                cursor.skipWhitespace()
                let byte = cursor.bytes[cursor.position]
                if byte == (isObject ? Byte.closeBrace : Byte.closeBracket) { throw missing(step, from: start) }
                guard byte == Byte.comma else {
                    _ = cursor.failExpecting(isObject ? "',' or '}'" : "',' or ']'")
                    throw syntaxError(at: outer)
                }
                cursor.position += 1
            }
        }

        mutating func value() throws(JSONError) -> [UInt8] {
            cursor.skipWhitespace()
            let start = cursor.position
            switch cursor.bytes[start] {
            case Byte.quote:
                cursor.position += 1
                var text = JSONCursor.Text()
                guard cursor.string(&text) else { throw syntaxError(at: path) }
                if !text.hasEscapes { return unsafe Array(cursor.bytes.buffer(text.start, text.end - text.start)) }
                return Array(self.text(text).utf8)
            case Byte.minus, 0x30...0x39:
                guard cursor.skipNumber() else { throw syntaxError(at: path) }
            case UInt8(ascii: "t"), UInt8(ascii: "f"):
                var kind = JSONKind.null
                guard cursor.literal(&kind) else { throw syntaxError(at: path) }
            default: throw try mismatch(expected: "a string, a number or a boolean")
            }
            return unsafe Array(cursor.bytes.buffer(start, cursor.position - start))
        }

        private func text(_ text: JSONCursor.Text) -> String {
            JSONText.make(
                cursor.bytes, start: text.start, count: text.end - text.start, hasEscapes: text.hasEscapes,
                isASCII: text.isASCII)
        }

        private func isName(_ text: JSONCursor.Text, _ name: String) -> Bool {
            if text.hasEscapes { return self.text(text).utf8.elementsEqual(name.utf8) }
            var name = name
            return name.withUTF8 { unsafe $0.count == text.end - text.start && cursor.bytes.equal(text.start, $0) }
        }

        private static func container(_ step: Step) -> String {
            switch step {
            case .member: JSONKind.object.name
            case .element: JSONKind.array.name
            }
        }

        private func missing(_ step: Step, from start: Int) -> JSONError {
            switch step {
            case .member: JSONError(path: path, offset: start, expected: "a value", found: "no such member")
            case .element: JSONError(path: path, offset: start, expected: "a value", found: "the end of the array")
            }
        }

        /// A value of another kind stands here, or none at all.
        private mutating func mismatch(expected: String) throws(JSONError) -> JSONError {
            let start = cursor.position
            let kind: JSONKind
            switch cursor.bytes[start] {
            case Byte.quote: kind = .string
            case Byte.openBrace: kind = .object
            case Byte.openBracket: kind = .array
            case Byte.minus, 0x30...0x39: kind = .number
            default:
                var literal = JSONKind.null
                guard cursor.literal(&literal) else { throw syntaxError(at: path) }
                kind = literal
            }
            return JSONError(path: path, offset: start, expected: expected, found: kind.name)
        }

        private func syntaxError(at path: String) -> JSONError {
            let problem = cursor.problem ?? JSONSyntaxProblem(reason: .trailingBytes, offset: cursor.position)
            return JSONError(path: path, offset: problem.offset, expected: problem.expected, found: problem.found)
        }
    }
}
