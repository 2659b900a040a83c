/// The encoder of an array's elements.
struct JSONArrayEncoder: UnkeyedEncodingContainer {
    private let output: JSONOutput
    private let depth: Int32
    /// The container's serial number, or its node in the tree.
    private let serial: UInt32
    private var written: Int32 = 0

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

    var count: Int { output.tree?.count(Int(serial)) ?? Int(written) }

    /// Writes the comma, and returns where the value begins.
    @inline(__always)
    private mutating func begin() -> Int {
        written &+= 1
        if let tree = output.tree { return tree.element(Int(serial)) }
        output.select(depth, serial)
        return output.position
    }

    @inline(__always)
    private mutating func integer<T: FixedWidthInteger>(_ value: T) throws {
        let place = begin()
        output.buffer.append(integer: value)
        try output.finish(place)
    }

    /// Writes an element that may fail, and takes it back with its comma.
    @inline(__always)
    private mutating func attempt(_ write: (Int) throws -> Void) throws {
        let place = begin()
        do {
            try write(place)
        } catch {
            written &-= 1
            if let tree = output.tree {
                tree.remove(place, from: Int(serial))
                output.buffer.removeAll()
            } else {
                output.askForTree()
            }
            throw error
        }
    }

    mutating func encodeNil() throws {
        let place = begin()
        output.buffer.append("null")
        try output.finish(place)
    }
    mutating func encode(_ value: Bool) throws {
        let place = begin()
        output.buffer.append(value ? "true" : "false")
        try output.finish(place)
    }
    mutating func encode(_ value: String) throws {
        let place = begin()
        output.buffer.append(string: value)
        try output.finish(place)
    }
    mutating func encode(_ value: Double) throws {
        let output = output
        try attempt { place in
            try output.append(value, place)
            try output.finish(place)
        }
    }
    mutating func encode(_ value: Float) throws {
        let output = output
        try attempt { place in
            try output.append(value, place)
            try output.finish(place)
        }
    }
    mutating func encode(_ value: Int) throws { try integer(value) }
    mutating func encode(_ value: Int8) throws { try integer(value) }
    mutating func encode(_ value: Int16) throws { try integer(value) }
    mutating func encode(_ value: Int32) throws { try integer(value) }
    mutating func encode(_ value: Int64) throws { try integer(value) }
    mutating func encode(_ value: Int128) throws { try integer(value) }
    mutating func encode(_ value: UInt) throws { try integer(value) }
    mutating func encode(_ value: UInt8) throws { try integer(value) }
    mutating func encode(_ value: UInt16) throws { try integer(value) }
    mutating func encode(_ value: UInt32) throws { try integer(value) }
    mutating func encode(_ value: UInt64) throws { try integer(value) }
    mutating func encode(_ value: UInt128) throws { try integer(value) }
    mutating func encode<T: Encodable>(_ value: T) throws {
        let output = output
        try attempt { place in try output.write(value, JSONValueEncoder(output, place)) }
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let (depth, serial) = output.open(isObject: true, at: begin())
        return KeyedEncodingContainer(JSONObjectEncoder<Nested>(output, depth, serial))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let (depth, serial) = output.open(isObject: false, at: begin())
        return JSONArrayEncoder(output, depth, serial)
    }

    mutating func superEncoder() -> any Encoder {
        output.askForTree()
        return JSONValueEncoder(output, begin())
    }
}
