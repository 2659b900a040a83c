public import struct FoundationEssentials.Data
public import struct FoundationEssentials.Date

/// How a ``JSONBytesDecoder`` reads what JSON has no kind of its own for. The names are those of Foundation's decoder.
public struct JSONDecodingOptions: Sendable {
    /// How dates are read.
    public enum DateStrategy: Sendable {
        /// Text by RFC 3339, the part of ISO 8601 that the internet uses; any offset, any number of digits of a second.
        case iso8601
        /// As the type itself decides: seconds since 2001, as a number.
        case deferredToDate
        /// Seconds since 1970, as a number.
        case secondsSince1970
        /// Milliseconds since 1970, as a number.
        case millisecondsSince1970
        /// By a function.
        case custom(@Sendable (any Decoder) throws -> Date)
    }

    /// How binary data is read.
    public enum DataStrategy: Sendable {
        /// Text in base 64, with its padding and nothing between.
        case base64
        /// As the type itself decides: an array of numbers.
        case deferredToData
        /// By a function.
        case custom(@Sendable (any Decoder) throws -> Data)
    }

    /// How the names of members become coding keys.
    public enum KeyStrategy: Sendable {
        /// They are the same.
        case useDefaultKeys
        /// `user_id` in the document is `userId` in the type. Keys of dictionaries stay as they are.
        case convertFromSnakeCase
        /// By a function of the way to the member, its own name last. Keys of dictionaries stay as they are.
        case custom(@Sendable ([any CodingKey]) -> any CodingKey)
    }

    /// How floating point values are read that JSON's numbers cannot say.
    public enum NonConformingFloatStrategy: Sendable {
        /// Not at all.
        case `throw`
        /// As text.
        case convertFromString(positiveInfinity: String, negativeInfinity: String, nan: String)
    }

    /// How dates are read; ISO 8601 by default.
    public var dates: DateStrategy = .iso8601
    /// How binary data is read; base 64 by default.
    public var data: DataStrategy = .base64
    /// How names become coding keys.
    public var keys: KeyStrategy = .useDefaultKeys
    /// How infinities and NaN are read.
    public var nonConformingFloats: NonConformingFloatStrategy = .throw
    /// What decoders pass on to the types.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// The defaults.
    public init() {}

    /// Whether all is as by default, where types marked with `@JSON` are read without `Codable`.
    var isStandard: Bool {
        guard case .iso8601 = dates, case .base64 = data, case .useDefaultKeys = keys, case .throw = nonConformingFloats
        else { return false }
        return userInfo.isEmpty
    }
}
