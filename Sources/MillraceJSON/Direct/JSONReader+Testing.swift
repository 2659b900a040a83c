/// The direct way by itself, for tests: where it fails, `Codable` is not asked.
extension JSONReader {
    /// Reads one value and nothing behind it.
    package static func withReader<R>(of bytes: [UInt8], _ read: (inout JSONReader) throws -> R) throws -> R {
        var document = JSONDocument()
        defer { JSONDocument.giveBack(&document) }
        try unsafe bytes.withUnsafeBytes { try unsafe document.load($0) }
        var reader = JSONReader(document)
        let value = try read(&reader)
        guard reader.isAtEnd() else { throw JSONMismatch() }
        return value
    }
}

extension JSONWriter {
    /// The bytes that are written.
    package static func bytes(_ write: (inout JSONWriter) throws -> Void) throws -> [UInt8] {
        let output = JSONOutput.take()
        defer { JSONOutput.giveBack(output) }
        output.buffer.removeAll()
        var writer = JSONWriter(output)
        do { try write(&writer) } catch {
            output.buffer = writer.buffer
            throw error
        }
        output.buffer = writer.buffer
        return output.buffer.copy(0..<output.buffer.count)
    }
}
