public import struct FoundationEssentials.Data
public import struct FoundationEssentials.Date

/// How a ``JSONBytesEncoder`` writes what JSON has no kind of its own for, and how it looks. The names are those of
/// Foundation's encoder.
public struct JSONEncodingOptions: Sendable {
    /// How dates are written.
    public enum DateStrategy: Sendable {
        /// Text by RFC 3339, in UTC, with none, three, six or nine digits of a second as needed.
        case iso8601
        /// As the type itself decides: seconds since 2001, as a number.
        case deferredToDate
        /// Seconds since 1970, as a number.
        case secondsSince1970
        /// Milliseconds since 1970, as a number.
        case millisecondsSince1970
        /// By a function.
        case custom(@Sendable (Date, any Encoder) throws -> Void)
    }

    /// How binary data is written.
    public enum DataStrategy: Sendable {
        /// Text in base 64.
        case base64
        /// As the type itself decides: an array of numbers.
        case deferredToData
        /// By a function.
        case custom(@Sendable (Data, any Encoder) throws -> Void)
    }

    /// How coding keys become the names of members.
    public enum KeyStrategy: Sendable {
        /// They are the same.
        case useDefaultKeys
        /// `userId` in the type is `user_id` in the document. Keys of dictionaries stay as they are.
        case convertToSnakeCase
        /// By a function of the way to the member, its own key last. Keys of dictionaries stay as they are.
        case custom(@Sendable ([any CodingKey]) -> any CodingKey)
    }

    /// How floating point values are written that JSON's numbers cannot say.
    public enum NonConformingFloatStrategy: Sendable {
        /// Not at all.
        case `throw`
        /// As text.
        case convertToString(positiveInfinity: String, negativeInfinity: String, nan: String)
    }

    /// How the document looks. By default it has no white space, and members stand in the order in which they are written.
    public struct Formatting: OptionSet, Sendable {
        /// The bits.
        public let rawValue: Int

        /// A set of bits.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// A line for each member and element, indented by two spaces.
        public static let prettyPrinted = Formatting(rawValue: 1)
        /// Members in the order of the bytes of their names.
        public static let sortedKeys = Formatting(rawValue: 2)
    }

    /// How dates are written; ISO 8601 by default.
    public var dates: DateStrategy = .iso8601
    /// How binary data is written; base 64 by default.
    public var data: DataStrategy = .base64
    /// How coding keys become names.
    public var keys: KeyStrategy = .useDefaultKeys
    /// How infinities and NaN are written.
    public var nonConformingFloats: NonConformingFloatStrategy = .throw
    /// How the document looks.
    public var formatting: Formatting = []
    /// What encoders pass on to the types.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// The defaults.
    public init() {}

    /// Whether all is as by default, where types marked with `@JSON` are written without `Codable`.
    var isStandard: Bool {
        guard case .iso8601 = dates, case .base64 = data, case .throw = nonConformingFloats else { return false }
        return userInfo.isEmpty && !needsTree
    }

    /// Whether a value has to be known as a whole before its first byte can be written.
    var needsTree: Bool {
        guard case .useDefaultKeys = keys else { return true }
        return !formatting.isEmpty
    }
}
