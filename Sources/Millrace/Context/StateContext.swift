/// A context with a key, and the state under it to be read.
public protocol StateReadingContext: InvocationContext {}

/// A context with a key, and the state under it to be read and changed.
///
/// Setting and clearing do not throw: an operation that fails makes the invocation fail, and nothing of it is kept, when
/// the handler returns.
public protocol StateContext: StateReadingContext {}

extension StateReadingContext {
    /// The object's key.
    public var key: ObjectKey {
        do { return ObjectKey(unsafe [UInt8](try handle.scope.key(handle.ticket))) } catch {
            handle.scope.fail(error, handle.ticket)
            return ObjectKey([])
        }
    }

    /// Lends the key's bytes without copying them. They live only inside the call, and the context is not to be used in it.
    public func withKey<R>(_ body: (RawSpan) throws -> R) throws -> R {
        let bytes = unsafe try handle.scope.key(handle.ticket)
        return try unsafe body(bytes.bytes)
    }

    /// The state value under a key, or `nil` where none is set.
    /// - Throws: ``SerdeError`` where the stored bytes are no `Value`.
    public func get<Value>(_ key: StateKey<Value>) throws -> Value? {
        guard let coding = key.keptCoding else {
            guard let bytes = unsafe try handle.scope.readState(key.entry, handle.ticket) else { return nil }
            return try unsafe key.serde.decode(bytes.bytes)
        }
        let scope = handle.scope
        switch try scope.readState(key.entry, coding: ObjectIdentifier(coding), handle.ticket) {
        case .absent: return nil
        case .decoded(let kept):
            // The coding belongs to one type of values.
            return unsafe unsafeDowncast(kept, to: TypedStateValue<Value>.self).value
        case .bytes(let bytes):
            let value = try unsafe coding.decode(bytes.bytes)
            unsafe scope.keepState(TypedStateValue(value, coding, heapBytes: 2 * bytes.count), of: bytes, handle.ticket)
            return value
        }
    }

    /// Lends the stored bytes of a state value without copying or decoding them, or returns `nil` where none is set.
    ///
    /// The bytes live only inside the call, and the context is not to be used in it.
    public func withBytes<Value, R>(of key: StateKey<Value>, _ body: (RawSpan) throws -> R) throws -> R? {
        guard let bytes = unsafe try handle.scope.readState(key.entry, handle.ticket) else { return nil }
        return try unsafe body(bytes.bytes)
    }

    /// The names of all state values of this object, sorted by their bytes.
    public func stateNames() throws -> [String] { try handle.scope.stateNames(handle.ticket) }
}

extension StateContext {
    /// Sets the state value under a key.
    public func set<Value>(_ key: StateKey<Value>, _ value: Value) {
        attempt {
            if let coding = key.keptCoding, let size = coding.size(of: value) {
                return try handle.scope.writeState(
                    key.entry, TypedStateValue(value, coding, heapBytes: size / 2), maxBytes: size, handle.ticket)
            }
            var buffer = handle.scope.borrowBuffer()
            defer { handle.scope.returnBuffer(buffer) }
            try key.serde.encode(value, &buffer)
            try unsafe buffer.withUnsafeBytes { try unsafe handle.scope.writeState(key.entry, $0, handle.ticket) }
        }
    }

    /// Sets the stored bytes of a state value as they are.
    public func setBytes<Value>(_ key: StateKey<Value>, _ bytes: RawSpan) {
        attempt {
            try unsafe bytes.withUnsafeBytes { try unsafe handle.scope.writeState(key.entry, $0, handle.ticket) }
        }
    }

    /// Removes the state value under a key.
    public func clear<Value>(_ key: StateKey<Value>) {
        attempt { try handle.scope.clearState(key.name, handle.ticket) }
    }

    /// Removes all state of this object.
    public func clearAll() {
        attempt { try handle.scope.clearAllState(handle.ticket) }
    }
}
