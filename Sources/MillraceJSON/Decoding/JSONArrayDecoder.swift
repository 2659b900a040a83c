/// The decoder of an array's elements, one after the other.
struct JSONArrayDecoder: UnkeyedDecodingContainer {
    private let document: JSONDocument
    private let array: Int32
    /// The node of the next element.
    private var next: Int32
    private(set) var currentIndex = 0

    @inline(__always)
    init(_ document: JSONDocument, _ array: Int) {
        self.document = document
        self.array = Int32(truncatingIfNeeded: array)
        next = self.array &+ 1
    }

    var codingPath: [any CodingKey] { document.codingPath(to: Int(array)) }
    var count: Int? { Int(document.nodes[Int(array)].count) }
    var isAtEnd: Bool { next >= document.nodes[Int(array)].end }

    /// The node of the next element.
    @inline(__always)
    private func element(_ expected: @autoclosure () -> String) throws -> Int {
        guard !isAtEnd else { throw document.missingElement(Int(array), currentIndex, expected: expected()) }
        return Int(next)
    }

    /// An element that could not be decoded is looked at again by the next call, as with Foundation.
    @inline(__always)
    private mutating func advance() {
        next = document.nodes[Int(next)].end
        currentIndex += 1
    }

    @inline(__always)
    private mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        let value = try document.integer(type, element("a number"))
        advance()
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard document.kind(try element("a value")) == .null else { return false }
        advance()
        return true
    }
    mutating func decode(_ type: Bool.Type) throws -> Bool {
        let value = try document.bool(element("true or false"))
        advance()
        return value
    }
    mutating func decode(_ type: String.Type) throws -> String {
        let value = try document.string(element("a string"))
        advance()
        return value
    }
    mutating func decode(_ type: Double.Type) throws -> Double {
        let value = try document.double(element("a number"))
        advance()
        return value
    }
    mutating func decode(_ type: Float.Type) throws -> Float {
        let value = try document.float(element("a number"))
        advance()
        return value
    }
    mutating func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let value = try document.decode(type, element(JSONDocument.expectation(type)))
        advance()
        return value
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let node = try element("an object")
        try document.expect(.object, node)
        advance()
        return KeyedDecodingContainer(JSONObjectDecoder<Key>(document, node))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let node = try element("an array")
        try document.expect(.array, node)
        advance()
        return JSONArrayDecoder(document, node)
    }

    mutating func superDecoder() throws -> any Decoder {
        let node = try element("a value")
        advance()
        return JSONValueDecoder(document, node)
    }
}
