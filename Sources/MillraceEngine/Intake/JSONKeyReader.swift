/// Reads one member of a JSON value, as bytes for a routing key, without decoding the rest.
enum JSONKeyReader {
    /// Why there is no key.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func read(_ path: [JSONPathStep], in bytes: UnsafeRawBufferPointer) -> Result<[UInt8], Failure> {
        .failure(Failure(description: "not written yet"))
    }
}
