/// The kinds of JSON values.
enum JSONKind: UInt8 {
    case null, `true`, `false`, number, string, array, object

    /// As errors name it.
    var name: String {
        switch self {
        case .null: "null"
        case .true: "true"
        case .false: "false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
