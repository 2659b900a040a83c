import FoundationEssentials

extension JSONDocument {
    @inline(__always)
    func expect(_ kind: JSONKind, _ index: Int) throws {
        guard self.kind(index) == kind else { throw typeMismatch([String: String].self, index, expected: kind.name) }
    }

    @inline(__always)
    func bool(_ index: Int) throws -> Bool {
        let kind = kind(index)
        if kind == .true { return true }
        guard kind == .false else { throw typeMismatch(Bool.self, index, expected: "true or false") }
        return false
    }

    @inline(__always)
    func string(_ index: Int) throws -> String {
        guard kind(index) == .string else { throw typeMismatch(String.self, index, expected: "a string") }
        return text(nodes[index])
    }

    @inline(__always)
    func integer<T: FixedWidthInteger>(_ type: T.Type, _ index: Int) throws -> T {
        guard kind(index) == .number else { throw typeMismatch(type, index, expected: "a number") }
        guard let value = JSONNumber(bytes, at: Int(nodes[index].offset)).integer(type, bytes) else {
            throw corrupted(index, expected: "a whole number from \(T.min) to \(T.max)")
        }
        return value
    }

    @inline(__always)
    func double(_ index: Int) throws -> Double {
        guard kind(index) == .number else { return try nonConforming(Double.self, index) }
        guard let value = JSONNumber(bytes, at: Int(nodes[index].offset)).double(bytes) else {
            throw corrupted(index, expected: "a number that fits into a Double")
        }
        return value
    }

    func float(_ index: Int) throws -> Float {
        guard kind(index) == .number else { return try nonConforming(Float.self, index) }
        guard let value = JSONNumber(bytes, at: Int(nodes[index].offset)).float(bytes) else {
            throw corrupted(index, expected: "a number that fits into a Float")
        }
        return value
    }

    private func nonConforming<T: BinaryFloatingPoint>(_ type: T.Type, _ index: Int) throws -> T {
        if kind(index) == .string, let options,
            case .convertFromString(let positive, let negative, let nan) = options.nonConformingFloats
        {
            switch text(nodes[index]) {
            case positive: return .infinity
            case negative: return -.infinity
            case nan: return .nan
            default: throw corrupted(index, expected: "a number, or one of the texts for infinities and NaN")
            }
        }
        throw typeMismatch(type, index, expected: "a number")
    }

    // MARK: Any type

    /// Decodes a value, without the detour of `init(from:)` for types that are common or that need it.
    @inline(__always)
    func decode<T: Decodable>(_ type: T.Type, _ index: Int) throws -> T {
        if T.self == String.self { return unsafe unsafeBitCast(try string(index), to: T.self) }
        if T.self == [String].self { return unsafe unsafeBitCast(try strings(index), to: T.self) }
        if T.self == Int.self { return unsafe unsafeBitCast(try integer(Int.self, index), to: T.self) }
        if T.self == Double.self { return unsafe unsafeBitCast(try double(index), to: T.self) }
        if let special = try special(type, index) { return special }
        return try type.init(from: JSONValueDecoder(self, index))
    }

    private func strings(_ index: Int) throws -> [String] {
        try expect(.array, index)
        var strings: [String] = []
        strings.reserveCapacity(Int(nodes[index].count))
        var element = index &+ 1
        let end = Int(nodes[index].end)
        while element < end {
            strings.append(try string(element))
            element = Int(nodes[element].end)
        }
        return strings
    }

    /// Types of Foundation, which JSON has other forms for than their own, and dictionaries under a strategy for keys.
    @inline(__always)
    private func special<T: Decodable>(_ type: T.Type, _ index: Int) throws -> T? {
        if T.self == Date.self { return unsafe unsafeBitCast(try date(index), to: T.self) }
        if T.self == UUID.self { return unsafe unsafeBitCast(try uuid(index), to: T.self) }
        if T.self == Data.self { return unsafe unsafeBitCast(try data(index), to: T.self) }
        if T.self == Decimal.self { return unsafe unsafeBitCast(try decimal(index), to: T.self) }
        if T.self == URL.self { return unsafe unsafeBitCast(try url(index), to: T.self) }
        if options != nil { noteDictionary(type, index) }
        return nil
    }

    /// Remembers which objects are read as dictionaries.
    private func noteDictionary<T>(_ type: T.Type, _ index: Int) {
        if type is any StringKeyedDictionary.Type { dictionaries.insert(index) }
    }

    func date(_ index: Int) throws -> Date {
        switch options?.dates ?? .iso8601 {
        case .iso8601:
            guard kind(index) == .string else { throw typeMismatch(Date.self, index, expected: "a string with a date") }
            let node = nodes[index]
            guard !node.flags.contains(.hasEscapes),
                let seconds = ISO8601.parse(bytes, start: Int(node.offset), count: Int(node.count))
            else { throw corrupted(index, expected: "a date such as 2026-01-31T23:59:59Z", found: "another string") }
            return Date(timeIntervalSinceReferenceDate: seconds)
        case .deferredToDate: return try Date(from: JSONValueDecoder(self, index))
        case .secondsSince1970: return Date(timeIntervalSince1970: try double(index))
        case .millisecondsSince1970: return Date(timeIntervalSince1970: try double(index) / 1000)
        case .custom(let read): return try read(JSONValueDecoder(self, index))
        }
    }

    func data(_ index: Int) throws -> Data {
        switch options?.data ?? .base64 {
        case .base64:
            guard let data = Data(base64Encoded: try string(index)) else {
                throw corrupted(index, expected: "a string in base 64", found: "another string")
            }
            return data
        case .deferredToData: return try Data(from: JSONValueDecoder(self, index))
        case .custom(let read): return try read(JSONValueDecoder(self, index))
        }
    }

    func uuid(_ index: Int) throws -> UUID {
        guard kind(index) == .string else { throw typeMismatch(UUID.self, index, expected: "a string with a UUID") }
        let node = nodes[index]
        guard let uuid = UUIDText.parse(bytes, start: Int(node.offset), count: Int(node.count)) else {
            throw corrupted(index, expected: "a UUID", found: "another string")
        }
        return uuid
    }

    func decimal(_ index: Int) throws -> Decimal {
        guard kind(index) == .number else { throw typeMismatch(Decimal.self, index, expected: "a number") }
        let node = nodes[index]
        let text = unsafe String(decoding: bytes.buffer(Int(node.offset), Int(node.count)), as: UTF8.self)
        guard let value = Decimal(string: text), !value.isNaN else {
            throw corrupted(index, expected: "a number that fits into a Decimal")
        }
        return value
    }

    func url(_ index: Int) throws -> URL {
        guard let url = URL(string: try string(index)) else {
            throw corrupted(index, expected: "a URL", found: "another string")
        }
        return url
    }
}

/// Dictionaries whose keys are the names of members.
protocol StringKeyedDictionary {}
extension Dictionary: StringKeyedDictionary where Key == String {}
