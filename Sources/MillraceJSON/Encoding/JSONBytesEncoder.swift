/// Writes values of any `Encodable` type as JSON's bytes.
///
/// Members come in the order in which a type writes them, absent ones (`nil`) are left out, slashes are not escaped, and
/// numbers are the shortest that read as the same value. Infinities and NaN are errors. Errors are ``JSONError``s, or what
/// a type's own `encode(to:)` throws.
///
/// An encoder is a value without state; any thread may use it.
public struct JSONBytesEncoder: Sendable {
    /// How values are written that JSON has no kind for, and how the document looks.
    public let options: JSONEncodingOptions
    private let isStandard: Bool

    /// An encoder with the defaults, or with options of your own.
    public init(options: JSONEncodingOptions = JSONEncodingOptions()) {
        self.options = options
        isStandard = options.isStandard
    }

    /// A value's bytes.
    public func encode<Value: Encodable>(_ value: Value) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, into: &bytes)
        return bytes
    }

    /// Appends a value's bytes. Nothing is appended where it throws.
    public func encode<Value: Encodable>(_ value: Value, into bytes: inout [UInt8]) throws {
        let output = JSONOutput.take()
        defer { JSONOutput.giveBack(output) }
        if !isStandard { output.options = options }
        try output.encode(value)
        unsafe output.buffer.withBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// The bytes of a value of a type marked with `@JSON`, without `Codable`; they are the same.
    public func encode<Value: JSONWritable>(_ value: Value) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, into: &bytes)
        return bytes
    }

    /// Appends the bytes of a value of a type marked with `@JSON`. Nothing is appended where it throws.
    public func encode<Value: JSONWritable>(_ value: Value, into bytes: inout [UInt8]) throws {
        let output = JSONOutput.take()
        defer { JSONOutput.giveBack(output) }
        if isStandard, output.write(value) {
            unsafe output.buffer.withBytes { unsafe bytes.append(contentsOf: $0) }
            return
        }
        if !isStandard { output.options = options }
        try output.encode(value)
        unsafe output.buffer.withBytes { unsafe bytes.append(contentsOf: $0) }
    }
}

extension JSONOutput {
    /// One output a thread, for the next value.
    private static let cache = ThreadCache<JSONOutput>()

    @inline(__always)
    static func take() -> JSONOutput { cache.take() ?? JSONOutput() }

    /// Puts an output back. An encoder that has been kept finds its containers closed and does no harm.
    @inline(__always)
    static func giveBack(_ output: JSONOutput) {
        output.end()
        guard output.buffer.capacity <= JSONLimits.maxKeptBytes else { return }
        cache.put(output)
    }

    /// Writes a value that writes itself, or returns `false`.
    @inline(__always)
    func write<Value: JSONWritable>(_ value: Value) -> Bool {
        buffer.removeAll()
        var writer = JSONWriter(self)
        var isWritten = true
        do { try value.write(json: &writer) } catch { isWritten = false }
        buffer = writer.buffer
        return isWritten
    }
}
