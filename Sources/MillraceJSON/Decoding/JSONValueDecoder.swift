/// The decoder of one value, and its container where the value is read as a whole.
///
/// 16 bytes, so that it fits into the inline buffers of existentials: passing one on allocates nothing.
struct JSONValueDecoder: Decoder {
    let document: JSONDocument
    let node: Int

    @inline(__always)
    init(_ document: JSONDocument, _ node: Int) {
        self.document = document
        self.node = node
    }

    var codingPath: [any CodingKey] { document.codingPath(to: node) }
    var userInfo: [CodingUserInfoKey: Any] { document.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try document.expect(.object, node)
        return KeyedDecodingContainer(JSONObjectDecoder<Key>(document, node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try document.expect(.array, node)
        return JSONArrayDecoder(document, node)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { document.kind(node) == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try document.bool(node) }
    func decode(_ type: String.Type) throws -> String { try document.string(node) }
    func decode(_ type: Double.Type) throws -> Double { try document.double(node) }
    func decode(_ type: Float.Type) throws -> Float { try document.float(node) }
    func decode(_ type: Int.Type) throws -> Int { try document.integer(type, node) }
    func decode(_ type: Int8.Type) throws -> Int8 { try document.integer(type, node) }
    func decode(_ type: Int16.Type) throws -> Int16 { try document.integer(type, node) }
    func decode(_ type: Int32.Type) throws -> Int32 { try document.integer(type, node) }
    func decode(_ type: Int64.Type) throws -> Int64 { try document.integer(type, node) }
    func decode(_ type: Int128.Type) throws -> Int128 { try document.integer(type, node) }
    func decode(_ type: UInt.Type) throws -> UInt { try document.integer(type, node) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try document.integer(type, node) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try document.integer(type, node) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try document.integer(type, node) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try document.integer(type, node) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try document.integer(type, node) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try document.decode(type, node) }
}
