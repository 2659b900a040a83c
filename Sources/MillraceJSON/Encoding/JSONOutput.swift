/// What encoders write into: one buffer, from front to back.
///
/// Containers that are open are kept in a stack; writing to one closes those within it. `Encoder` also allows what cannot
/// be written that way: going back to a container that is closed, a `superEncoder` that is used later, names that are sorted. Then
/// (`needsTree`) the value is encoded once more, into a tree, which costs about three times as much. The same is
/// done where an encoding fails or asks for its coding path, because only the tree knows the keys.
final class JSONOutput {
    struct Frame {
        /// Where the container's opening bracket is.
        var start: Int
        /// Tells a container from those that were at the same place of the stack before it.
        var serial: UInt32
        var isObject: Bool
    }

    var buffer = JSONBuffer(capacity: 1024)
    private var stack: [Frame] = []
    private var serial: UInt32 = 0
    /// How values are written, where that differs from the defaults.
    var options: JSONEncodingOptions?
    /// The value cannot be written from front to back.
    private(set) var needsTree = false
    /// The value as a tree, while one is made.
    var tree: JSONTree?
    private var nesting = 0
    /// For members of a type marked with `@JSON` that go through `Codable`.
    private(set) var inner: JSONOutput?

    func keep(inner: JSONOutput) {
        inner.end()
        self.inner = inner.buffer.capacity <= JSONLimits.maxKeptBytes ? inner : nil
    }

    deinit { buffer.deallocate() }

    /// Encodes a value into the empty buffer.
    @inline(__always)
    func encode<Value: Encodable>(_ value: Value) throws {
        if options?.needsTree == true { return try encodeTree(value) }
        begin()
        do {
            try write(value, JSONValueEncoder(self, 0))
            if buffer.count == 0 { needsTree = true }
            close(to: -1)
        } catch {
            needsTree = true
        }
        if needsTree { try encodeTree(value) }
    }

    private func begin() {
        buffer.removeAll()
        stack.removeAll(keepingCapacity: true)
        needsTree = false
        nesting = 0
    }

    /// Forgets what belongs to one value.
    @inline(__always)
    func end() {
        stack.removeAll(keepingCapacity: true)
        if options != nil { options = nil }
        if tree != nil { tree = nil }
    }

    @inline(never)
    private func encodeTree<Value: Encodable>(_ value: Value) throws {
        begin()
        let tree = JSONTree(options: options ?? JSONEncodingOptions())
        self.tree = tree
        defer { self.tree = nil }
        do {
            try write(value, JSONValueEncoder(self, 0))
            if tree.isUnset(0) { throw nothingEncoded(Value.self, 0) }
            if tree.isTooDeep { throw tooDeep(value, 0) }
        } catch {
            throw tree.translate(error)
        }
        buffer.removeAll()
        tree.write(to: &buffer)
    }

    // MARK: Containers

    /// Makes sure that what is written next belongs to this container, and writes the comma before it.
    @inline(__always)
    func select(_ depth: Int32, _ serial: UInt32) {
        let index = Int(depth)
        if index &+ 1 == stack.count, stack[index].serial == serial {
            if buffer.count > stack[index].start &+ 1 { buffer.append(Byte.comma) }
            return
        }
        selectSlowly(index, serial)
    }

    @inline(never)
    private func selectSlowly(_ index: Int, _ serial: UInt32) {
        guard index < stack.count, stack[index].serial == serial else {
            needsTree = true
            return
        }
        close(to: index)
        if buffer.count > stack[index].start + 1 { buffer.append(Byte.comma) }
    }

    private func close(to index: Int) {
        while stack.count > index + 1, let frame = stack.popLast() {
            buffer.append(frame.isObject ? Byte.closeBrace : Byte.closeBracket)
        }
    }

    /// Opens a container where a value is to begin, or finds the one that was opened there before.
    func open(isObject: Bool, at start: Int) -> (depth: Int32, serial: UInt32) {
        if let tree { return (0, UInt32(tree.open(isObject: isObject, start))) }
        if buffer.count == start, stack.count < JSONLimits.maxDepth {
            serial &+= 1
            stack.append(Frame(start: start, serial: serial, isObject: isObject))
            buffer.append(isObject ? Byte.openBrace : Byte.openBracket)
            return (Int32(truncatingIfNeeded: stack.count &- 1), serial)
        }
        if let index = stack.firstIndex(where: { $0.start == start && $0.isObject == isObject }) {
            return (Int32(index), stack[index].serial)
        }
        needsTree = true
        return (.max, 0)
    }

    // MARK: Values

    /// Where the next value begins: in the buffer, or the tree's node.
    @inline(__always)
    var position: Int { buffer.count }

    func askForTree() { if tree == nil { needsTree = true } }

    /// Ends a value that is no container: the tree takes its bytes out of the buffer.
    @inline(__always)
    func finish(_ node: Int) throws {
        if let tree { try tree.setText(node, &buffer) }
    }

    /// Lets a value write itself where the encoder says.
    @inline(__always)
    func write<Value: Encodable>(_ value: Value, _ encoder: JSONValueEncoder) throws {
        if Value.self == String.self {
            unsafe buffer.append(string: unsafeBitCast(value, to: String.self))
            return try finish(encoder.start)
        }
        if Value.self == Int.self {
            unsafe buffer.append(int64: Int64(unsafeBitCast(value, to: Int.self)))
            return try finish(encoder.start)
        }
        if Value.self == Double.self {
            try unsafe append(unsafeBitCast(value, to: Double.self), encoder.start)
            return try finish(encoder.start)
        }
        if Value.self == [String].self, tree == nil { return unsafe append(unsafeBitCast(value, to: [String].self)) }
        if try special(value, encoder) { return }
        nesting &+= 1
        let start = buffer.count
        guard nesting <= 4 * JSONLimits.maxDepth, !isTooDeep else { throw tooDeep(value, encoder.start) }
        defer { nesting &-= 1 }
        try value.encode(to: encoder)
        // A type that writes nothing is an empty object.
        if tree == nil, buffer.count == start, nesting > 1 { buffer.append("{}") }
    }

    private var isTooDeep: Bool { tree.map { $0.isTooDeep } ?? (stack.count >= JSONLimits.maxDepth && needsTree) }

    private func append(_ strings: [String]) {
        buffer.append(Byte.openBracket)
        var isFirst = true
        for string in strings {
            if !isFirst { buffer.append(Byte.comma) }
            isFirst = false
            buffer.append(string: string)
        }
        buffer.append(Byte.closeBracket)
    }
}
