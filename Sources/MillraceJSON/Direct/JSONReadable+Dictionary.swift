extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
    /// Reads an object. Of members with the same name the first counts.
    public init(json reader: inout JSONReader) throws {
        self.init()
        guard try reader.beginDictionary() else { return }
        repeat {
            let name = try reader.nextName()
            let value = try reader.read(Value.self)
            if self[name] == nil { self[name] = value }
        } while try reader.nextEntry()
    }
}

extension Dictionary: JSONWritable where Key == String, Value: JSONWritable {
    /// Writes an object, in the order of the dictionary.
    public func write(json writer: inout JSONWriter) throws {
        let start = writer.begin()
        for (name, value) in self {
            writer.member(named: name)
            try writer.write(value)
        }
        writer.endObject(start)
    }
}

extension JSONReader {
    /// Begins an object of any members; returns `false` where it is empty and over.
    mutating func beginDictionary() throws(JSONMismatch) -> Bool { try begin(Byte.openBrace, Byte.closeBrace) }

    /// Reads a member's name.
    mutating func nextName() throws(JSONMismatch) -> String {
        var text = JSONCursor.Text()
        guard cursor.key(&text) else { throw JSONMismatch() }
        return JSONText.make(
            cursor.bytes, start: text.start, count: text.end - text.start, hasEscapes: text.hasEscapes,
            isASCII: text.isASCII)
    }

    /// Moves to the next member; returns `false` at the object's end.
    mutating func nextEntry() throws(JSONMismatch) -> Bool { try next(Byte.closeBrace) }
}

extension JSONWriter {
    /// Begins a member of any name.
    mutating func member(named name: String) {
        buffer.append(Byte.comma)
        buffer.append(string: name)
        buffer.append(Byte.colon)
    }
}
