extension Serde {
    /// The same serde for values that may be absent: `nil` becomes no bytes, and no bytes become `nil`.
    ///
    /// The payload of a tombstone has no bytes, and neither has a send without an input. Where a value has no bytes of its
    /// own, as an empty `[UInt8]` or text, it comes back as `nil`. JSON's `null` is read as `nil`, too.
    public var optional: Serde<Value?> {
        let wrapped = self
        let readsNull = contentType == "application/json"
        return Serde<Value?>(
            contentType: contentType,
            encode: { value, bytes in
                if let value { try wrapped.encode(value, &bytes) }
            },
            decode: { span in
                if span.isEmpty || readsNull && span.isJSONNull { return nil }
                return try wrapped.decode(span)
            })
    }
}

extension RawSpan {
    /// Whether the bytes are `null`, perhaps with white space around it.
    fileprivate var isJSONNull: Bool {
        // Longer ones are not looked at, so that large values are not copied.
        guard byteCount <= 16 else { return false }
        return String(decoding: copied(), as: UTF8.self).split(whereSeparator: \.isWhitespace) == ["null"]
    }
}
