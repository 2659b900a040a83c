/// Bytes that are no JSON: why, and where.
struct JSONSyntaxProblem {
    enum Reason {
        case unexpectedEnd(expected: String)
        case unexpected(byte: UInt8, expected: String)
        case controlCharacter(UInt8)
        case invalidEscape
        case loneSurrogate
        case invalidUTF8
        case tooDeep
        case tooLarge
        case trailingBytes
    }

    let reason: Reason
    let offset: Int

    /// What there should be.
    var expected: String {
        switch reason {
        case .unexpectedEnd(let expected), .unexpected(_, let expected): expected
        case .controlCharacter: "an escape such as \\n"
        case .invalidEscape: "an escape of JSON"
        case .loneSurrogate: "a surrogate pair"
        case .invalidUTF8: "UTF-8"
        case .tooDeep: "at most \(JSONLimits.maxDepth) arrays and objects within each other"
        case .tooLarge: "at most \(JSONLimits.maxBytes) bytes"
        case .trailingBytes: "one value"
        }
    }

    /// What there is; one byte of the document at most.
    var found: String {
        switch reason {
        case .unexpectedEnd: "the end"
        case .unexpected(0xEF, _) where offset == 0: "a byte order mark"
        case .unexpected(let byte, _): Self.describe(byte)
        case .controlCharacter(let byte): "the control character \(Self.hexadecimal(byte))"
        case .invalidEscape: "a backslash before something else"
        case .loneSurrogate: "one half of one"
        case .invalidUTF8: "other bytes"
        case .tooDeep: "one more"
        case .tooLarge: "more"
        case .trailingBytes: "more behind it"
        }
    }

    private static func describe(_ byte: UInt8) -> String {
        0x21...0x7E ~= byte ? "'\(Unicode.Scalar(byte))'" : "the byte \(hexadecimal(byte))"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
