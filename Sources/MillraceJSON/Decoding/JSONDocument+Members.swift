extension JSONDocument {
    /// Visits the members of an object: the nodes of their names and of their values.
    func forEachMember(_ object: Int, _ visit: (_ name: Int, _ value: Int) -> Void) {
        var name = object + 1
        let end = Int(nodes[object].end)
        while name < end {
            visit(name, name + 1)
            name = Int(nodes[name + 1].end)
        }
    }

    /// The node of a member's value, or -1. Of members with the same name the first counts.
    ///
    /// The search begins where the last one ended, so that members in the order of the type's declaration are found at once.
    @inline(__always)
    func find(_ object: Int, _ key: String) -> Int {
        if options != nil { return findConverted(object, key) }
        var key = key
        return key.withUTF8 { unsafe find(object, $0) }
    }

    private func find(_ object: Int, _ key: UnsafeBufferPointer<UInt8>) -> Int {
        let first = object &+ 1
        let end = Int(nodes[object].end)
        if end &- object > Self.largeObject { return unsafe findInLarge(object, key) }
        let start = Int(nodes[object].count)
        var name = start
        var passed = nodes[object].passed
        while name < end {
            let bit = mark(name)
            if unsafe isName(name, key) {
                // One that was passed before may have the same name.
                if passed & bit != 0, let earlier = unsafe search(key, from: first, to: start) { return earlier }
                if passed & bit != 0, let earlier = unsafe search(key, from: start, to: name) { return earlier }
                nodes[object].count = UInt32(truncatingIfNeeded: nodes[name &+ 1].end)
                nodes[object].passed = passed | bit
                return name &+ 1
            }
            passed |= bit
            name = Int(nodes[name &+ 1].end)
        }
        return unsafe search(key, from: first, to: start) ?? -1
    }

    /// Objects of more nodes than this get a table of their names, so that looking for each of many takes no square of time.
    private static let largeObject = 256

    @inline(never)
    private func findInLarge(_ object: Int, _ key: UnsafeBufferPointer<UInt8>) -> Int {
        if tables[object] == nil {
            var table: [[UInt8]: Int] = [:]
            forEachMember(object) { name, value in
                let bytes = Array(text(nodes[name]).utf8)
                if table[bytes] == nil { table[bytes] = value }
            }
            tables[object] = table
        }
        return unsafe tables[object]?[Array(key)] ?? -1
    }

    /// One of 16 bits for a name, by its first and last byte and its length.
    @inline(__always)
    private func mark(_ name: Int) -> UInt16 {
        let node = nodes[name]
        if node.flags.contains(.hasEscapes) { return .max }
        guard node.count > 0 else { return 1 }
        let start = Int(node.offset)
        let hash = UInt32(bytes[start]) &+ UInt32(bytes[start &+ Int(node.count) &- 1]) &* 5 &+ node.count &* 3
        return 1 &<< UInt16(truncatingIfNeeded: hash & 15)
    }

    private func search(_ key: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
        var name = start
        while name < end {
            if unsafe isName(name, key) { return name &+ 1 }
            name = Int(nodes[name &+ 1].end)
        }
        return nil
    }

    @inline(__always)
    private func isName(_ name: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[name]
        if node.flags.contains(.hasEscapes) { return unsafe self.name(node, escapedEquals: key) }
        return unsafe Int(node.count) == key.count && bytes.equal(Int(node.offset), key)
    }

    // MARK: With a strategy for keys

    private func findConverted(_ object: Int, _ key: String) -> Int {
        var found = -1
        forEachMember(object) { name, value in
            if found < 0, codingName(object, name) == key { found = value }
        }
        return found
    }

    /// A member's name as coding keys have it.
    func codingName(_ object: Int, _ name: Int) -> String {
        let text = text(nodes[name])
        guard let options, !keepsNames(object) else { return text }
        switch options.keys {
        case .useDefaultKeys: return text
        case .convertFromSnakeCase: return SnakeCase.removed(from: text)
        case .custom(let convert): return convert(codingPath(to: object) + [JSONCodingKey(text)]).stringValue
        }
    }

    /// Whether an object is being read as a dictionary, whose keys are data and no names.
    private func keepsNames(_ object: Int) -> Bool { dictionaries.contains(object) }
}
