/// The key of a virtual object: any bytes. Text is a view of them.
public struct ObjectKey: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The key's bytes.
    public let bytes: [UInt8]

    /// A key of any bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A key of a text's UTF-8 bytes.
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    /// A key of a literal's UTF-8 bytes.
    public init(stringLiteral value: String) { bytes = Array(value.utf8) }

    /// The bytes as UTF-8 text; what is not valid UTF-8 shows as U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text, or hexadecimal digits after `0x` where the bytes are not UTF-8.
    public var description: String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
