/// A decoded state value that is kept beside its row. It does not change: another value is another object.
package class StateValue {
    /// What it was decoded by, and will be encoded by.
    package final let coding: ObjectIdentifier
    /// What it takes in memory, estimated.
    package final let byteCount: Int

    fileprivate init(coding: ObjectIdentifier, byteCount: Int) {
        self.coding = coding
        self.byteCount = byteCount
    }

    /// Appends the value's bytes.
    package func encode(into bytes: inout [UInt8]) throws {}
}

/// A decoded state value of a type.
final class TypedStateValue<Value>: StateValue {
    let value: Value
    private let typedCoding: any JSONCoding<Value>.Type

    /// - Parameter heapBytes: what its strings and arrays take, about.
    init(_ value: Value, _ coding: any JSONCoding<Value>.Type, heapBytes: Int) {
        self.value = value
        typedCoding = coding
        super.init(coding: ObjectIdentifier(coding), byteCount: 64 + MemoryLayout<Value>.stride + heapBytes)
    }

    override func encode(into bytes: inout [UInt8]) throws { try typedCoding.encode(value, &bytes) }
}

/// What is found under a state key.
@safe package enum StateReading {
    case absent
    /// A value that was kept, by the coding that was asked for.
    case decoded(StateValue)
    /// The bytes; they live until the next call of the scope.
    case bytes(UnsafeRawBufferPointer)
}
