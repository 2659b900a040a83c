/// The encoder of an object's members.
struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let output: JSONOutput
    private let depth: Int32
    /// The container's serial number, or its node in the tree.
    private let serial: UInt32

    @inline(__always)
    init(_ output: JSONOutput, _ depth: Int32, _ serial: UInt32) {
        self.output = output
        self.depth = depth
        self.serial = serial
    }

    var codingPath: [any CodingKey] {
        output.askForTree()
        return output.tree?.codingPath(Int(serial)) ?? []
    }

    /// Writes the comma, the name and the colon, and returns where the value begins.
    @inline(__always)
    private func begin(_ key: Key) -> Int {
        if let tree = output.tree { return tree.member(Int(serial), key) }
        output.select(depth, serial)
        output.buffer.append(string: key.stringValue)
        output.buffer.append(Byte.colon)
        return output.position
    }

    @inline(__always)
    private func integer<T: FixedWidthInteger>(_ value: T, _ key: Key) throws {
        let place = begin(key)
        output.buffer.append(integer: value)
        try output.finish(place)
    }

    /// Writes a member whose value may fail, and takes the name back with it.
    @inline(__always)
    private func attempt(_ key: Key, _ write: (Int) throws -> Void) throws {
        let place = begin(key)
        do {
            try write(place)
        } catch {
            if let tree = output.tree {
                tree.remove(place, from: Int(serial))
                output.buffer.removeAll()
            } else {
                output.askForTree()
            }
            throw error
        }
    }

    func encodeNil(forKey key: Key) throws {
        let place = begin(key)
        output.buffer.append("null")
        try output.finish(place)
    }
    func encode(_ value: Bool, forKey key: Key) throws {
        let place = begin(key)
        output.buffer.append(value ? "true" : "false")
        try output.finish(place)
    }
    func encode(_ value: String, forKey key: Key) throws {
        let place = begin(key)
        output.buffer.append(string: value)
        try output.finish(place)
    }
    func encode(_ value: Double, forKey key: Key) throws {
        if value.isFinite {
            let place = begin(key)
            output.buffer.append(double: value)
            return try output.finish(place)
        }
        try attempt(key) { place in
            try output.append(value, place)
            try output.finish(place)
        }
    }
    func encode(_ value: Float, forKey key: Key) throws {
        try attempt(key) { place in
            try output.append(value, place)
            try output.finish(place)
        }
    }
    func encode(_ value: Int, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: Int8, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: Int16, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: Int32, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: Int64, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: Int128, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: UInt, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: UInt8, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: UInt16, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: UInt32, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: UInt64, forKey key: Key) throws { try integer(value, key) }
    func encode(_ value: UInt128, forKey key: Key) throws { try integer(value, key) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try attempt(key) { place in try output.write(value, JSONValueEncoder(output, place)) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let (depth, serial) = output.open(isObject: true, at: begin(key))
        return KeyedEncodingContainer(JSONObjectEncoder<Nested>(output, depth, serial))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let (depth, serial) = output.open(isObject: false, at: begin(key))
        return JSONArrayEncoder(output, depth, serial)
    }

    func superEncoder() -> any Encoder {
        output.askForTree()
        guard let tree = output.tree else { return JSONValueEncoder(output, output.position) }
        return JSONValueEncoder(output, tree.member(Int(serial), JSONCodingKey.super))
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        output.askForTree()
        return JSONValueEncoder(output, begin(key))
    }
}
