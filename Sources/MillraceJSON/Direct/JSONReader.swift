/// Reads a document from front to back, for types that read themselves; code that `@JSON` writes calls it.
///
/// Whatever is wrong is thrown as ``JSONMismatch``, without details: `Decodable` then says what it was.
public struct JSONReader: ~Copyable {
    var cursor: JSONCursor
    private var depth = 0
    // Whoever makes a reader owns the document for as long as the reader lives.
    private unowned(unsafe) let document: JSONDocument

    init(_ document: JSONDocument) {
        cursor = document.cursor
        unsafe self.document = document
    }

    /// Whether nothing but white space is left.
    mutating func isAtEnd() -> Bool {
        cursor.skipWhitespace()
        return cursor.position >= cursor.end
    }

    // MARK: Objects

    /// Where the reading of an object stands.
    public struct Object {
        fileprivate let names: JSONNames
        /// The name that comes next if the members are in the order of the declaration.
        fileprivate var next = 0
        fileprivate var isFirst = true
        fileprivate var seen: UInt64 = 0
        fileprivate var seenAbove: UInt64 = 0
    }

    /// Begins an object with members of these names.
    public mutating func beginObject(_ names: JSONNames) throws(JSONMismatch) -> Object {
        guard names.count <= JSONNames.maxCount else { throw JSONMismatch() }
        cursor.skipWhitespace()
        guard cursor.bytes[cursor.position] == Byte.openBrace, depth < JSONLimits.maxDepth else { throw JSONMismatch() }
        cursor.position &+= 1
        depth &+= 1
        return Object(names: names)
    }

    /// Moves to the value of the next member that has one of the names, and returns its place among them; a negative
    /// number at the object's end. Others, and those that come again, are skipped.
    public mutating func nextMember(_ object: inout Object) throws(JSONMismatch) -> Int {
        while true {
            cursor.skipWhitespace()
            let byte = cursor.bytes[cursor.position]
            if byte == Byte.comma, !object.isFirst {
                cursor.position &+= 1
                cursor.skipWhitespace()
            } else if byte == Byte.closeBrace {
                cursor.position &+= 1
                depth &-= 1
                return -1
            } else if !object.isFirst {
                throw JSONMismatch()
            }
            object.isFirst = false
            var index = object.next
            if let length = object.names.match(index, cursor.bytes, cursor.position, end: cursor.end) {
                cursor.position &+= length
            } else {
                var text = JSONCursor.Text()
                guard cursor.key(&text) else { throw JSONMismatch() }
                index = object.names.find(text, cursor.bytes)
            }
            if index >= 0, object.insert(index) {
                object.next = index &+ 1
                return index
            }
            guard cursor.skipValue(depth: depth) else { throw JSONMismatch() }
        }
    }

    // MARK: Arrays

    /// Begins an array; returns `false` where it is empty and over.
    public mutating func beginArray() throws(JSONMismatch) -> Bool { try begin(Byte.openBracket, Byte.closeBracket) }

    /// Moves to the next element; returns `false` at the array's end.
    public mutating func nextElement() throws(JSONMismatch) -> Bool { try next(Byte.closeBracket) }

    @inline(__always)
    mutating func begin(_ open: UInt8, _ close: UInt8) throws(JSONMismatch) -> Bool {
        cursor.skipWhitespace()
        guard cursor.bytes[cursor.position] == open, depth < JSONLimits.maxDepth else { throw JSONMismatch() }
        cursor.position &+= 1
        cursor.skipWhitespace()
        if cursor.bytes[cursor.position] == close {
            cursor.position &+= 1
            return false
        }
        depth &+= 1
        return true
    }

    @inline(__always)
    mutating func next(_ close: UInt8) throws(JSONMismatch) -> Bool {
        cursor.skipWhitespace()
        let byte = cursor.bytes[cursor.position]
        if byte == Byte.comma {
            cursor.position &+= 1
            return true
        }
        guard byte == close else { throw JSONMismatch() }
        cursor.position &+= 1
        depth &-= 1
        return false
    }

    // MARK: Values

    /// Moves behind `null` if it stands next.
    public mutating func takeNull() -> Bool {
        cursor.skipWhitespace()
        guard UInt32(truncatingIfNeeded: cursor.bytes.word(cursor.position)) == 0x6C6C_756E else { return false }
        cursor.position &+= 4
        return true
    }

    /// Reads a string.
    public mutating func read(_ type: String.Type) throws(JSONMismatch) -> String {
        let text = try self.text()
        return JSONText.make(
            cursor.bytes, start: text.start, count: text.end &- text.start, hasEscapes: text.hasEscapes,
            isASCII: text.isASCII)
    }

    @inline(__always)
    mutating func text() throws(JSONMismatch) -> JSONCursor.Text {
        cursor.skipWhitespace()
        guard cursor.bytes[cursor.position] == Byte.quote else { throw JSONMismatch() }
        cursor.position &+= 1
        var text = JSONCursor.Text()
        guard cursor.string(&text) else { throw JSONMismatch() }
        return text
    }

    var bytes: PaddedBytes { cursor.bytes }

    /// Reads `true` or `false`.
    public mutating func read(_ type: Bool.Type) throws(JSONMismatch) -> Bool {
        cursor.skipWhitespace()
        var kind = JSONKind.null
        guard cursor.literal(&kind), kind != .null else { throw JSONMismatch() }
        return kind == .true
    }

    @inline(__always)
    mutating func number() throws(JSONMismatch) -> JSONNumber {
        cursor.skipWhitespace()
        let number = JSONNumber(cursor.bytes, at: cursor.position)
        guard number.isValid else { throw JSONMismatch() }
        cursor.position = number.end
        return number
    }

    /// Reads a number.
    public mutating func read(_ type: Double.Type) throws(JSONMismatch) -> Double {
        guard let value = try number().double(cursor.bytes) else { throw JSONMismatch() }
        return value
    }

    /// Reads a number.
    public mutating func read(_ type: Float.Type) throws(JSONMismatch) -> Float {
        guard let value = try number().float(cursor.bytes) else { throw JSONMismatch() }
        return value
    }

    @inline(__always)
    mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(JSONMismatch) -> T {
        guard let value = try number().integer(type, cursor.bytes) else { throw JSONMismatch() }
        return value
    }

    /// Reads a whole number.
    public mutating func read(_ type: Int.Type) throws(JSONMismatch) -> Int { try integer(type) }

    /// Reads a whole number.
    public mutating func read(_ type: Int64.Type) throws(JSONMismatch) -> Int64 { try integer(type) }

    /// Reads an array of strings.
    public mutating func read(_ type: [String].Type) throws(JSONMismatch) -> [String] {
        var strings: [String] = []
        guard try beginArray() else { return strings }
        strings.reserveCapacity(4)
        repeat { strings.append(try read(String.self)) } while try nextElement()
        return strings
    }

    /// Reads a value of a type that reads itself.
    @inlinable @inline(__always)
    public mutating func read<Value: JSONReadable>(_ type: Value.Type) throws -> Value { try Value(json: &self) }

    /// Reads a value of any other type, through `Decodable`.
    public mutating func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        cursor.skipWhitespace()
        let start = cursor.position
        guard cursor.skipValue(depth: depth) else { throw JSONMismatch() }
        // `Codable` goes all the way down, so there is one document within a document, and not a third.
        let bytes = unsafe UnsafeRawBufferPointer(cursor.bytes.buffer(start, cursor.position - start))
        return try unsafe document.withInner { inner in
            try unsafe inner.load(bytes)
            try inner.scan()
            return try inner.decode(type, 0)
        }
    }

    // MARK: Members

    /// A member that must have come.
    @inlinable @inline(__always)
    public static func required<Value>(_ value: Value?) throws(JSONMismatch) -> Value {
        guard let value else { throw JSONMismatch() }
        return value
    }

    /// A member that may be left out.
    @inlinable @inline(__always)
    public static func required<Value>(_ value: Value??) throws(JSONMismatch) -> Value? { value ?? nil }
}

extension JSONReader.Object {
    /// Notes a name; returns `false` where it came before.
    @inline(__always)
    fileprivate mutating func insert(_ index: Int) -> Bool {
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: index & 63)
        if index < 64 {
            guard seen & bit == 0 else { return false }
            seen |= bit
        } else {
            guard seenAbove & bit == 0 else { return false }
            seenAbove |= bit
        }
        return true
    }
}

/// What a ``JSONReader`` or a ``JSONWriter`` found does not fit; `Codable` says what and where.
public struct JSONMismatch: Error {
    /// The only value.
    public init() {}
}
