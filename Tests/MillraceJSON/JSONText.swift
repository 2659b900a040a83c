import MillraceJSON

/// Reads a value from a text.
func decode<Value: Decodable>(
    _ type: Value.Type, _ json: String, _ options: JSONDecodingOptions = JSONDecodingOptions()
) throws -> Value {
    try JSONBytesDecoder(options: options).decode(type, from: Array(json.utf8))
}

/// A value as text.
func encode<Value: Encodable>(_ value: Value, _ options: JSONEncodingOptions = JSONEncodingOptions()) throws -> String {
    String(decoding: try JSONBytesEncoder(options: options).encode(value), as: UTF8.self)
}
