import FoundationEssentials

/// Containers throw `DecodingError`s, as types with an `init(from:)` of their own expect them; each carries a ``JSONError``.
extension JSONDocument {
    private func context(_ error: JSONError, _ index: Int) -> DecodingError.Context {
        DecodingError.Context(
            codingPath: codingPath(to: index), debugDescription: error.description, underlyingError: error)
    }

    @inline(never)
    func typeMismatch<T>(_ type: T.Type, _ index: Int, expected: String) -> DecodingError {
        let error = mismatch(index, expected: expected)
        return kind(index) == .null
            ? .valueNotFound(type, context(error, index)) : .typeMismatch(type, context(error, index))
    }

    @inline(never)
    func corrupted(_ index: Int, expected: String, found: String? = nil) -> DecodingError {
        let error = JSONError(
            path: path(to: index), offset: offset(index), expected: expected, found: found ?? describe(index))
        return .dataCorrupted(context(error, index))
    }

    @inline(never)
    func missingMember(_ object: Int, _ key: any CodingKey, expected: String) -> DecodingError {
        var path = path(to: object)
        PathText.append(name: key.stringValue, to: &path)
        let error = JSONError(path: path, offset: offset(object), expected: expected, found: "no such member")
        return .keyNotFound(key, context(error, object))
    }

    @inline(never)
    func missingElement(_ array: Int, _ position: Int, expected: String) -> DecodingError {
        var path = path(to: array)
        PathText.append(index: position, to: &path)
        let error = JSONError(path: path, offset: offset(array), expected: expected, found: "the end of the array")
        return .valueNotFound(
            Any.self,
            DecodingError.Context(
                codingPath: codingPath(to: array) + [JSONCodingKey(position)], debugDescription: error.description,
                underlyingError: error))
    }

    /// What the value of a type looks like.
    static func expectation<T>(_ type: T.Type) -> String {
        switch type {
        case is String.Type, is Date.Type, is UUID.Type, is URL.Type, is Data.Type: "a string"
        case is any FixedWidthInteger.Type, is any BinaryFloatingPoint.Type, is Decimal.Type: "a number"
        case is Bool.Type: "true or false"
        default: "a \(type)"
        }
    }

    /// Puts what a decoding throws into the words of a ``JSONError``. Texts of others are left out, since they may have
    /// something of the document in them; errors that are none of decoding stay as they are.
    @inline(never)
    func translate(_ error: any Error) -> any Error {
        guard let decodingError = error as? DecodingError else { return error }
        let context: DecodingError.Context
        var expected = "another value"
        switch decodingError {
        case .typeMismatch(let type, let about), .valueNotFound(let type, let about):
            expected = Self.expectation(type)
            context = about
        case .keyNotFound(let key, let about):
            context = about
            if !(about.underlyingError is JSONError) {
                let node = node(at: about.codingPath)
                return JSONError(
                    path: PathText.of(about.codingPath + [key]), offset: node.map { offset($0) }, expected: "a value",
                    found: "no such member")
            }
        case .dataCorrupted(let about): context = about
        @unknown default: return error
        }
        if let known = context.underlyingError as? JSONError { return known }
        let node = node(at: context.codingPath)
        return JSONError(
            path: PathText.of(context.codingPath), offset: node.map { offset($0) }, expected: expected,
            found: node.map { describe($0) } ?? "nothing")
    }
}
