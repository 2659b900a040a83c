/// Bytes that are no value, or a value that has no bytes. Trying again cannot help, so a record that fails with it goes
/// straight to what its subscription's `onError` says after the retries.
public enum SerdeError: Error, CustomStringConvertible, Sendable {
    /// The bytes are not UTF-8 text.
    case notUTF8
    /// A value of the type cannot be read from the bytes; the reason has the path of the member, never its value.
    case notDecodable(type: String, reason: String)
    /// The value cannot be written.
    case notEncodable(type: String, reason: String)

    /// What went wrong, without any of the user's data.
    public var description: String {
        switch self {
        case .notUTF8: "the bytes are not UTF-8 text; use Serde.bytes for binary data"
        case .notDecodable(let type, let reason): "not a \(type): \(reason)"
        case .notEncodable(let type, let reason): "a \(type) could not be written: \(reason)"
        }
    }
}
