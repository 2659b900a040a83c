/// A document in memory of its own: its bytes, and the index of its values.
///
/// Decoders own the document that they read, so that one that outlives its decoding reads nothing that is gone. A document
/// that nobody has kept is used again for the next bytes.
@safe final class JSONDocument {
    private(set) var bytes: PaddedBytes
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0
    var nodes = NodeBuffer(capacity: 64)
    /// How values are read, where that differs from the defaults.
    var options: JSONDecodingOptions?
    var userInfo: [CodingUserInfoKey: any Sendable] = [:]
    /// The objects that are read as dictionaries, so that a strategy for keys leaves theirs alone.
    var dictionaries: Set<Int> = []

    /// The values' nodes by their names, of objects with many members; made when the first is looked for.
    var tables: [Int: [[UInt8]: Int]] = [:]

    func forgetOptions() {
        options = nil
        userInfo = [:]
        dictionaries = []
    }

    /// For members of a type marked with `@JSON` that go through `Codable`.
    private var inner: JSONDocument?

    /// Lends the inner document, unless a decoder has been kept that reads it.
    func withInner<R>(_ body: (JSONDocument) throws -> R) rethrows -> R {
        var inner = self.inner.take() ?? JSONDocument()
        defer { if inner.isSmall, isKnownUniquelyReferenced(&inner) { self.inner = inner } }
        return try body(inner)
    }

    init() {
        capacity = 1024
        unsafe storage = .allocate(capacity: capacity + PaddedBytes.padding)
        unsafe storage.initialize(repeating: 0, count: PaddedBytes.padding)
        bytes = unsafe PaddedBytes(storage)
    }

    deinit {
        unsafe storage.deallocate()
        nodes.deallocate()
    }

    /// Whether its buffers are small enough to be kept.
    var isSmall: Bool { capacity <= JSONLimits.maxKeptBytes && nodes.capacity * 16 <= JSONLimits.maxKeptBytes * 2 }

    /// Takes a copy of the bytes, without looking at them.
    @inline(__always)
    func load(_ source: UnsafeRawBufferPointer) throws(JSONError) {
        guard source.count <= JSONLimits.maxBytes else { throw error(JSONSyntaxProblem(reason: .tooLarge, offset: 0)) }
        if source.count > capacity { grow(to: source.count) }
        if let start = source.baseAddress {
            unsafe UnsafeMutableRawPointer(storage).copyMemory(from: start, byteCount: source.count)
        }
        // Sixteen zeros behind it.
        unsafe UnsafeMutableRawPointer(storage + source.count).storeBytes(of: 0, as: UInt64.self)
        unsafe UnsafeMutableRawPointer(storage + source.count + 8).storeBytes(of: 0, as: UInt64.self)
        count = source.count
        nodes.removeAll()
        if !tables.isEmpty { tables = [:] }
    }

    private func grow(to needed: Int) {
        unsafe storage.deallocate()
        capacity = max(needed, min(capacity * 2, JSONLimits.maxKeptBytes))
        unsafe storage = .allocate(capacity: capacity + PaddedBytes.padding)
        bytes = unsafe PaddedBytes(storage)
    }

    /// A cursor at the first byte.
    @inline(__always)
    var cursor: JSONCursor { JSONCursor(bytes, from: 0, to: count) }

    /// Checks all bytes and fills the index. The root is the node 0.
    @inline(__always)
    func scan() throws(JSONError) {
        var scanner = JSONScanner(document: self)
        guard scanner.run() else { throw scannerError(scanner.cursor, scanner.container) }
    }

    @inline(never)
    private func scannerError(_ cursor: JSONCursor, _ container: Int) -> JSONError {
        error(cursor.problem ?? JSONSyntaxProblem(reason: .trailingBytes, offset: cursor.position), in: container)
    }

    // MARK: Values

    /// The characters of a string or a name.
    @inline(__always)
    func text(_ node: JSONNode) -> String {
        JSONText.make(
            bytes, start: Int(node.offset), count: Int(node.count), hasEscapes: node.flags.contains(.hasEscapes),
            isASCII: node.flags.contains(.isASCII))
    }

    /// Whether a name has these characters.
    @inline(never)
    func name(_ node: JSONNode, escapedEquals key: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe text(node).utf8.elementsEqual(key)
    }
}
