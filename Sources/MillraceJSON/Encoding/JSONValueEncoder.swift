/// The encoder of one value, and its container where the value is written as a whole.
///
/// 16 bytes, so that it fits into the inline buffers of existentials: passing one on allocates nothing.
struct JSONValueEncoder: Encoder {
    let output: JSONOutput
    /// Where the value begins in the output's buffer, or its node in the output's tree.
    let start: Int

    @inline(__always)
    init(_ output: JSONOutput, _ start: Int) {
        self.output = output
        self.start = start
    }

    var codingPath: [any CodingKey] {
        output.askForTree()
        return output.tree?.codingPath(start) ?? []
    }

    var userInfo: [CodingUserInfoKey: Any] {
        guard let options = output.options else { return [:] }
        return options.userInfo
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let (depth, serial) = output.open(isObject: true, at: start)
        return KeyedEncodingContainer(JSONObjectEncoder<Key>(output, depth, serial))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let (depth, serial) = output.open(isObject: false, at: start)
        return JSONArrayEncoder(output, depth, serial)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
    /// A second value at the same place is an error, which the tree finds.
    @inline(__always)
    private func begin() { if output.tree == nil, output.position != start { output.askForTree() } }

    @inline(__always)
    private func integer<T: FixedWidthInteger>(_ value: T) throws {
        begin()
        output.buffer.append(integer: value)
        try output.finish(start)
    }

    func encodeNil() throws {
        begin()
        output.buffer.append("null")
        try output.finish(start)
    }
    func encode(_ value: Bool) throws {
        begin()
        output.buffer.append(value ? "true" : "false")
        try output.finish(start)
    }
    func encode(_ value: String) throws {
        begin()
        output.buffer.append(string: value)
        try output.finish(start)
    }
    func encode(_ value: Double) throws {
        begin()
        try output.append(value, start)
        try output.finish(start)
    }
    func encode(_ value: Float) throws {
        begin()
        try output.append(value, start)
        try output.finish(start)
    }
    func encode(_ value: Int) throws { try integer(value) }
    func encode(_ value: Int8) throws { try integer(value) }
    func encode(_ value: Int16) throws { try integer(value) }
    func encode(_ value: Int32) throws { try integer(value) }
    func encode(_ value: Int64) throws { try integer(value) }
    func encode(_ value: Int128) throws { try integer(value) }
    func encode(_ value: UInt) throws { try integer(value) }
    func encode(_ value: UInt8) throws { try integer(value) }
    func encode(_ value: UInt16) throws { try integer(value) }
    func encode(_ value: UInt32) throws { try integer(value) }
    func encode(_ value: UInt64) throws { try integer(value) }
    func encode(_ value: UInt128) throws { try integer(value) }
    func encode<T: Encodable>(_ value: T) throws {
        begin()
        try output.write(value, self)
    }
}
