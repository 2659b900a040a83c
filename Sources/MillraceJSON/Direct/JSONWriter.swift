/// Writes a document from front to back, for types that write themselves; code that `@JSON` writes calls it.
public struct JSONWriter: ~Copyable {
    var buffer: JSONBuffer
    // Whoever makes a writer owns the output for as long as the writer lives.
    private unowned(unsafe) let output: JSONOutput

    /// A writer that has the output's buffer, until it is put back.
    init(_ output: JSONOutput) {
        buffer = output.buffer
        unsafe self.output = output
    }

    // MARK: Objects and arrays

    // Every member and every element writes the comma before it. The first one's comma becomes the opening bracket, so that
    // nothing has to know which one comes first.

    /// Begins an object or an array; what it returns is passed to its end.
    public mutating func begin() -> Int { buffer.count }

    /// Ends an object.
    public mutating func endObject(_ start: Int) { end(start, Byte.openBrace, Byte.closeBrace) }

    /// Ends an array.
    public mutating func endArray(_ start: Int) { end(start, Byte.openBracket, Byte.closeBracket) }

    @inline(__always)
    private mutating func end(_ start: Int, _ open: UInt8, _ close: UInt8) {
        if buffer.count == start {
            buffer.append(open)
        } else {
            buffer.replace(at: start, by: open)
        }
        buffer.append(close)
    }

    /// Begins an element.
    public mutating func separate() { buffer.append(Byte.comma) }

    /// Begins a member, by its token: the comma, the name in quotes and the colon.
    public mutating func member(_ token: StaticString) { buffer.append(token) }

    /// Writes a member.
    @inlinable @inline(__always)
    public mutating func member<Value: JSONWritable>(_ token: StaticString, _ value: Value) throws {
        member(token)
        try value.write(json: &self)
    }

    /// Writes a member, unless there is none.
    @inlinable @inline(__always)
    public mutating func member<Value: JSONWritable>(_ token: StaticString, _ value: Value?) throws {
        guard let value else { return }
        member(token)
        try value.write(json: &self)
    }

    /// Writes a member through `Encodable`.
    @inlinable @inline(__always)
    public mutating func member<Value: Encodable>(_ token: StaticString, _ value: Value) throws {
        member(token)
        try write(value)
    }

    /// Writes a member through `Encodable`, unless there is none.
    @inlinable @inline(__always)
    public mutating func member<Value: Encodable>(_ token: StaticString, _ value: Value?) throws {
        guard let value else { return }
        member(token)
        try write(value)
    }

    // MARK: Values

    /// Writes `null`.
    public mutating func writeNull() { buffer.append("null") }

    /// Writes a string.
    public mutating func write(_ value: String) { buffer.append(string: value) }

    /// Writes `true` or `false`.
    public mutating func write(_ value: Bool) { buffer.append(value ? "true" : "false") }

    /// Writes a whole number.
    public mutating func write(_ value: Int) { buffer.append(int64: Int64(value)) }

    /// Writes a whole number.
    public mutating func write(_ value: Int64) { buffer.append(int64: value) }

    /// Writes a number, the shortest that reads as this value.
    public mutating func write(_ value: Double) throws(JSONMismatch) {
        guard value.isFinite else { throw JSONMismatch() }
        buffer.append(double: value)
    }

    /// Writes a number, the shortest that reads as this value.
    public mutating func write(_ value: Float) throws(JSONMismatch) {
        guard value.isFinite else { throw JSONMismatch() }
        buffer.append(float: value)
    }

    mutating func write<T: FixedWidthInteger>(integer value: T) { buffer.append(integer: value) }

    /// Text that needs no quotes.
    mutating func write(text: String) {
        var text = text
        text.withUTF8 { unsafe buffer.append(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a value of a type that writes itself.
    @inlinable @inline(__always)
    public mutating func write<Value: JSONWritable>(_ value: Value) throws { try value.write(json: &self) }

    /// Writes a value of any other type, through `Encodable`.
    public mutating func write<Value: Encodable>(_ value: Value) throws {
        // `Codable` goes all the way down, so there is one output within an output, and not a third.
        let inner = unsafe output.inner ?? JSONOutput()
        defer { unsafe output.keep(inner: inner) }
        try inner.encode(value)
        unsafe inner.buffer.withBytes { unsafe buffer.append($0) }
    }
}
