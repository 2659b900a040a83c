/// The decoder of an object's members.
struct JSONObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let document: JSONDocument
    private let object: Int

    @inline(__always)
    init(_ document: JSONDocument, _ object: Int) {
        self.document = document
        self.object = object
    }

    var codingPath: [any CodingKey] { document.codingPath(to: object) }

    var allKeys: [Key] {
        var keys: [Key] = []
        var names: Set<String> = []
        document.forEachMember(object) { member, _ in
            let name = document.codingName(object, member)
            if names.insert(name).inserted, let key = Key(stringValue: name) { keys.append(key) }
        }
        return keys
    }

    @inline(__always)
    private func find(_ key: Key) -> Int { document.find(object, key.stringValue) }

    /// The member's node.
    @inline(__always)
    private func member(_ key: Key, _ expected: @autoclosure () -> String) throws -> Int {
        let node = find(key)
        guard node >= 0 else { throw document.missingMember(object, key, expected: expected()) }
        return node
    }

    /// The member's node, or a negative number where it is missing or `null`.
    @inline(__always)
    private func present(_ key: Key) -> Int {
        let node = find(key)
        return node >= 0 && document.nodes[node].kind == .null ? -1 : node
    }

    @inline(__always)
    private func integer<T: FixedWidthInteger>(_ type: T.Type, _ key: Key) throws -> T {
        try document.integer(type, member(key, "a number"))
    }

    @inline(__always)
    private func integerIfPresent<T: FixedWidthInteger>(_ type: T.Type, _ key: Key) throws -> T? {
        let node = present(key)
        return node < 0 ? nil : try document.integer(type, node)
    }

    func contains(_ key: Key) -> Bool { find(key) >= 0 }
    func decodeNil(forKey key: Key) throws -> Bool { document.kind(try member(key, "a value")) == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try document.bool(member(key, "true or false")) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try document.string(member(key, "a string")) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try document.double(member(key, "a number")) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try document.float(member(key, "a number")) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(type, key) }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try integer(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(type, key) }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try integer(type, key) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try document.decode(type, member(key, JSONDocument.expectation(type)))
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        let node = present(key)
        return node < 0 ? nil : try document.bool(node)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        let node = present(key)
        return node < 0 ? nil : try document.string(node)
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        let node = present(key)
        return node < 0 ? nil : try document.double(node)
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        let node = present(key)
        return node < 0 ? nil : try document.float(node)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try integerIfPresent(type, key) }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? { try integerIfPresent(type, key) }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        let node = present(key)
        return node < 0 ? nil : try document.decode(type, node)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        let node = try member(key, "an object")
        try document.expect(.object, node)
        return KeyedDecodingContainer(JSONObjectDecoder<Nested>(document, node))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        let node = try member(key, "an array")
        try document.expect(.array, node)
        return JSONArrayDecoder(document, node)
    }

    /// Without such a member, a decoder of `null`.
    func superDecoder() throws -> any Decoder {
        JSONValueDecoder(document, document.find(object, JSONCodingKey.super.stringValue))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { JSONValueDecoder(document, find(key)) }
}
