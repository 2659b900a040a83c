public import struct FoundationEssentials.Data
public import struct FoundationEssentials.Date
public import struct FoundationEssentials.Decimal
public import struct FoundationEssentials.URL
public import struct FoundationEssentials.UUID

/// Types of the standard library and of Foundation that read and write themselves.
extension String: JSONReadable, JSONWritable {
    /// Reads a string.
    @inlinable public init(json reader: inout JSONReader) throws { self = try reader.read(String.self) }
    /// Writes a string.
    @inlinable public func write(json writer: inout JSONWriter) throws { writer.write(self) }
}

extension Bool: JSONReadable, JSONWritable {
    /// Reads `true` or `false`.
    @inlinable public init(json reader: inout JSONReader) throws { self = try reader.read(Bool.self) }
    /// Writes `true` or `false`.
    @inlinable public func write(json writer: inout JSONWriter) throws { writer.write(self) }
}

extension Double: JSONReadable, JSONWritable {
    /// Reads a number.
    @inlinable public init(json reader: inout JSONReader) throws { self = try reader.read(Double.self) }
    /// Writes a number; infinities and NaN are errors.
    @inlinable public func write(json writer: inout JSONWriter) throws { try writer.write(self) }
}

extension Float: JSONReadable, JSONWritable {
    /// Reads a number.
    @inlinable public init(json reader: inout JSONReader) throws { self = try reader.read(Float.self) }
    /// Writes a number; infinities and NaN are errors.
    @inlinable public func write(json writer: inout JSONWriter) throws { try writer.write(self) }
}

extension Int: JSONReadable, JSONWritable {
    /// Reads a whole number.
    @inlinable public init(json reader: inout JSONReader) throws { self = try reader.read(Int.self) }
    /// Writes a whole number.
    @inlinable public func write(json writer: inout JSONWriter) throws { writer.write(self) }
}

extension Int8: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(Int8.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension Int16: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(Int16.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension Int32: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(Int32.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension Int64: JSONReadable, JSONWritable {
    /// Reads a whole number.
    @inlinable public init(json reader: inout JSONReader) throws { self = try reader.read(Int64.self) }
    /// Writes a whole number.
    @inlinable public func write(json writer: inout JSONWriter) throws { writer.write(self) }
}

extension Int128: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(Int128.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension UInt: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(UInt.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension UInt8: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(UInt8.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension UInt16: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(UInt16.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension UInt32: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(UInt32.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension UInt64: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(UInt64.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}

extension UInt128: JSONReadable, JSONWritable {
    /// Reads a whole number.
    public init(json reader: inout JSONReader) throws { self = try reader.integer(UInt128.self) }
    /// Writes a whole number.
    public func write(json writer: inout JSONWriter) throws { writer.write(integer: self) }
}
extension Date: JSONReadable, JSONWritable {
    /// Reads text by RFC 3339.
    public init(json reader: inout JSONReader) throws {
        let text = try reader.text()
        guard !text.hasEscapes,
            let seconds = ISO8601.parse(reader.bytes, start: text.start, count: text.end - text.start)
        else { throw JSONMismatch() }
        self.init(timeIntervalSinceReferenceDate: seconds)
    }
    /// Writes text by RFC 3339.
    public func write(json writer: inout JSONWriter) throws {
        guard ISO8601.write(timeIntervalSinceReferenceDate, to: &writer.buffer) else { throw JSONMismatch() }
    }
}

extension UUID: JSONReadable, JSONWritable {
    /// Reads 36 characters.
    public init(json reader: inout JSONReader) throws {
        let text = try reader.text()
        guard let uuid = UUIDText.parse(reader.bytes, start: text.start, count: text.end - text.start) else {
            throw JSONMismatch()
        }
        self = uuid
    }
    /// Writes 36 characters.
    public func write(json writer: inout JSONWriter) throws { UUIDText.write(self, to: &writer.buffer) }
}

extension URL: JSONReadable, JSONWritable {
    /// Reads a string.
    public init(json reader: inout JSONReader) throws {
        guard let url = URL(string: try reader.read(String.self)) else { throw JSONMismatch() }
        self = url
    }
    /// Writes the absolute URL as a string.
    public func write(json writer: inout JSONWriter) throws { writer.write(absoluteString) }
}

extension Data: JSONReadable, JSONWritable {
    /// Reads a string in base 64.
    public init(json reader: inout JSONReader) throws {
        guard let data = Data(base64Encoded: try reader.read(String.self)) else { throw JSONMismatch() }
        self = data
    }
    /// Writes a string in base 64.
    public func write(json writer: inout JSONWriter) throws { writer.write(base64EncodedString()) }
}

extension Decimal: JSONReadable, JSONWritable {
    /// Reads a number without losing digits.
    public init(json reader: inout JSONReader) throws {
        let number = try reader.number()
        let text = unsafe String(decoding: reader.bytes.buffer(number.start, number.end - number.start), as: UTF8.self)
        guard let value = Decimal(string: text), !value.isNaN else { throw JSONMismatch() }
        self = value
    }
    /// Writes a number without losing digits.
    public func write(json writer: inout JSONWriter) throws {
        guard !isNaN else { throw JSONMismatch() }
        writer.write(text: description)
    }
}

extension Optional: JSONReadable where Wrapped: JSONReadable {
    /// Reads a value or `null`.
    @inlinable public init(json reader: inout JSONReader) throws {
        self = reader.takeNull() ? nil : try reader.read(Wrapped.self)
    }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
    /// Writes a value or `null`.
    @inlinable public func write(json writer: inout JSONWriter) throws {
        if let self { try writer.write(self) } else { writer.writeNull() }
    }
}

extension Array: JSONReadable where Element: JSONReadable {
    /// Reads an array.
    @inlinable public init(json reader: inout JSONReader) throws {
        self.init()
        guard try reader.beginArray() else { return }
        repeat { append(try reader.read(Element.self)) } while try reader.nextElement()
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    /// Writes an array.
    @inlinable public func write(json writer: inout JSONWriter) throws {
        let start = writer.begin()
        for element in self {
            writer.separate()
            try writer.write(element)
        }
        writer.endArray(start)
    }
}
