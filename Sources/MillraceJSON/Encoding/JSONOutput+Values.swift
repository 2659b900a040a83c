import FoundationEssentials

extension JSONOutput {
    @inline(__always)
    func append(_ value: Double, _ node: Int) throws {
        guard value.isFinite else { return try appendNonConforming(value, node) }
        buffer.append(double: value)
    }

    func append(_ value: Float, _ node: Int) throws {
        guard value.isFinite else { return try appendNonConforming(value, node) }
        buffer.append(float: value)
    }

    private func appendNonConforming<T: BinaryFloatingPoint>(_ value: T, _ node: Int) throws {
        guard case .convertToString(let positive, let negative, let nan) = options?.nonConformingFloats else {
            throw invalid(value, node, expected: "a number that JSON can say", found: value.isNaN ? "NaN" : "infinity")
        }
        buffer.append(string: value.isNaN ? nan : value < 0 ? negative : positive)
    }

    /// Writes types of Foundation, which JSON has other forms for than their own; `false` for all others.
    @inline(__always)
    func special<Value: Encodable>(_ value: Value, _ encoder: JSONValueEncoder) throws -> Bool {
        if Value.self == Date.self {
            try unsafe write(unsafeBitCast(value, to: Date.self), encoder)
        } else if Value.self == UUID.self {
            unsafe UUIDText.write(unsafeBitCast(value, to: UUID.self), to: &buffer)
            try finish(encoder.start)
        } else if Value.self == Data.self {
            try unsafe write(unsafeBitCast(value, to: Data.self), encoder)
        } else if Value.self == Decimal.self {
            try unsafe write(unsafeBitCast(value, to: Decimal.self), encoder)
        } else if Value.self == URL.self {
            buffer.append(string: unsafe unsafeBitCast(value, to: URL.self).absoluteString)
            try finish(encoder.start)
        } else {
            if let tree, value is any StringKeyedDictionary { tree.keepNames(encoder.start) }
            return false
        }
        return true
    }

    private func write(_ date: Date, _ encoder: JSONValueEncoder) throws {
        switch options?.dates ?? .iso8601 {
        case .iso8601:
            guard ISO8601.write(date.timeIntervalSinceReferenceDate, to: &buffer) else {
                throw invalid(date, encoder.start, expected: "a date of the years 0 to 9999", found: "another one")
            }
        case .deferredToDate: return try date.encode(to: encoder)
        case .secondsSince1970: try append(date.timeIntervalSince1970, encoder.start)
        case .millisecondsSince1970: try append(date.timeIntervalSince1970 * 1000, encoder.start)
        case .custom(let write): return try write(date, encoder)
        }
        try finish(encoder.start)
    }

    private func write(_ data: Data, _ encoder: JSONValueEncoder) throws {
        switch options?.data ?? .base64 {
        case .base64: buffer.append(string: data.base64EncodedString())
        case .deferredToData: return try data.encode(to: encoder)
        case .custom(let write): return try write(data, encoder)
        }
        try finish(encoder.start)
    }

    private func write(_ decimal: Decimal, _ encoder: JSONValueEncoder) throws {
        guard !decimal.isNaN else {
            throw invalid(decimal, encoder.start, expected: "a number that JSON can say", found: "NaN")
        }
        var text = decimal.description
        text.withUTF8 { unsafe buffer.append(UnsafeRawBufferPointer($0)) }
        try finish(encoder.start)
    }

    // MARK: Errors

    func invalid(_ value: Any, _ node: Int, expected: String, found: String) -> EncodingError {
        let path = tree?.codingPath(node) ?? []
        let error = JSONError(path: PathText.of(path), offset: nil, expected: expected, found: found)
        return .invalidValue(
            value, EncodingError.Context(codingPath: path, debugDescription: error.description, underlyingError: error))
    }

    func tooDeep(_ value: Any, _ node: Int) -> EncodingError {
        invalid(
            value, node, expected: "at most \(JSONLimits.maxDepth) arrays and objects within each other",
            found: "one more")
    }

    func nothingEncoded<T>(_ type: T.Type, _ node: Int) -> EncodingError {
        invalid(type, node, expected: "a value", found: "a \(type) that writes nothing")
    }
}
