/// What in a record is the key that it is routed by.
public enum KeySource: Hashable, Sendable, CustomStringConvertible {
    /// The record's own key, any bytes.
    case record
    /// The value of the record's header of that name, any bytes.
    case header(String)
    /// A text, number or boolean in the record's JSON value.
    case json(JSONPath)
    /// No key: records run side by side. Not for virtual objects.
    case unkeyed

    /// The form that the file uses.
    public var description: String {
        switch self {
        case .record: "record"
        case .header(let name): "header:\(name)"
        case .json(let path): path.description
        case .unkeyed: "none"
        }
    }
}
