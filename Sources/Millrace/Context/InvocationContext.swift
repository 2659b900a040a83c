/// What every handler's context offers: who it is, what it was sent, and messages to others.
///
/// Everything a handler does through its context takes effect at once and as a whole when the handler has returned, together
/// with the source's offset, or not at all. A context is valid until its handler returns, in the handler's own task and
/// child tasks.
public protocol InvocationContext: Sendable {
    /// The invocation behind this context.
    var handle: InvocationHandle { get }
}

extension InvocationContext {
    /// This invocation's id.
    public var invocationID: InvocationID { handle.scope.invocationID(handle.ticket) }

    /// The record that this invocation came from, or `nil` when it was sent by a handler.
    public var record: SourceRecord? {
        do { return try handle.scope.record(handle.ticket) } catch {
            handle.scope.fail(error, handle.ticket)
            return nil
        }
    }

    /// The time, in milliseconds since 1970; when the handler is run again after a crash it reads the same.
    public var nowMilliseconds: Int64 {
        do { return try handle.scope.nowMilliseconds(handle.ticket) } catch {
            handle.scope.fail(error, handle.ticket)
            return 0
        }
    }

    /// The input's bytes as they came.
    public var requestBody: [UInt8] {
        do { return try handle.scope.requestBody(handle.ticket) } catch {
            handle.scope.fail(error, handle.ticket)
            return []
        }
    }

    /// The headers that the caller gave along; a record's are in ``record``.
    public var requestHeaders: [InvocationHeader] {
        do { return try handle.scope.requestHeaders(handle.ticket) } catch {
            handle.scope.fail(error, handle.ticket)
            return []
        }
    }

    /// Random numbers that are the same when the handler is run again. Different for each invocation; not for secrets.
    public var random: DurableRandom { DurableRandom(handle: handle) }

    /// Emits a record of bytes to a Kafka topic, once this handler's effects are durable. Keys and values may be absent.
    ///
    /// Records that one shard emits are sent in order, each with a header `millrace-sequence: SHARD/SEQUENCE`.
    /// - Parameter cluster: the cluster's name in the configuration; the empty string means the only or first one.
    public func emit(
        topic: String, cluster: String = "", key: [UInt8]? = nil, value: [UInt8]?, headers: [SourceRecord.Header] = []
    ) {
        attempt {
            try unsafe key.withBytes { key in
                try unsafe value.withBytes { value in
                    try unsafe handle.scope.emit(
                        cluster: cluster, topic: topic, key: key, value: value, headers: headers, handle.ticket)
                }
            }
        }
    }

    /// Emits a record of bytes to a Kafka topic. Without it, a value that is not optional would be taken for one to be
    /// written as JSON.
    public func emit(
        topic: String, cluster: String = "", key: [UInt8]? = nil, value: [UInt8], headers: [SourceRecord.Header] = []
    ) {
        emit(topic: topic, cluster: cluster, key: key, value: Optional(value), headers: headers)
    }

    /// Emits a record of bytes to a Kafka topic, under a key of an object.
    public func emit(
        topic: String, cluster: String = "", key: ObjectKey, value: [UInt8], headers: [SourceRecord.Header] = []
    ) {
        emit(topic: topic, cluster: cluster, key: key.bytes, value: Optional(value), headers: headers)
    }

    /// Emits a record of borrowed bytes; they are copied once, into the batch.
    public func emit(topic: String, cluster: String = "", key: RawSpan, value: RawSpan) {
        attempt {
            try unsafe key.withUnsafeBytes { key in
                try unsafe value.withUnsafeBytes { value in
                    try unsafe handle.scope.emit(
                        cluster: cluster, topic: topic, key: key, value: value, headers: [], handle.ticket)
                }
            }
        }
    }

    /// Emits a record with a value in JSON, or by another serde.
    public func emit<Value: Codable & SendableMetatype>(
        topic: String, cluster: String = "", key: ObjectKey? = nil, value: Value, serde: Serde<Value> = .json,
        headers: [SourceRecord.Header] = []
    ) {
        attempt {
            var buffer = handle.scope.borrowBuffer()
            defer { handle.scope.returnBuffer(buffer) }
            try serde.encode(value, &buffer)
            try unsafe (key?.bytes).withBytes { key in
                try unsafe buffer.withUnsafeBytes { value in
                    try unsafe handle.scope.emit(
                        cluster: cluster, topic: topic, key: key, value: value, headers: headers, handle.ticket)
                }
            }
        }
    }

    /// Runs an operation whose failure makes the invocation fail when the handler returns.
    func attempt(_ operation: () throws -> Void) {
        handle.attempt(operation)
    }
}

extension [UInt8]? {
    /// Lends the bytes, or `nil`.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        guard let self else { return try body(nil) }
        return try unsafe self.withUnsafeBytes { try unsafe body($0) }
    }
}

extension InvocationHandle {
    /// Runs an operation whose failure makes the invocation fail when the handler returns.
    func attempt(_ operation: () throws -> Void) {
        do { try operation() } catch { scope.fail(error, ticket) }
    }

    /// Starts an operation that completes later; one that cannot be started fails where it is awaited.
    func future<Value>(
        _ start: () throws -> DurableID, _ decode: @escaping @Sendable (DurableResult) throws -> Value
    ) -> DurableFuture<Value> {
        do { return DurableFuture(handle: self, id: try start(), decode: decode) } catch { return .failed(error) }
    }

    func timer(after duration: Duration) -> DurableFuture<Void> {
        future({
            let now = try scope.nowMilliseconds(ticket)
            return try scope.timer(dueAtMilliseconds: now + duration.wholeMilliseconds, ticket)
        }) { _ in }
    }
}
