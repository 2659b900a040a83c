/// What the generated clients send through: a target object, a delay, and the invocation that sends.
public struct InvocationSender: Sendable {
    let handle: InvocationHandle
    let service: String
    let key: [UInt8]
    let delay: Duration

    /// Encodes the input and sends it. Returns the id of the new invocation, or `nil` when it could not be sent: then this
    /// invocation fails when its handler returns.
    @discardableResult
    public func send<Input>(_ handler: String, _ input: Input, _ serde: Serde<Input>) -> InvocationID? {
        do {
            var buffer = handle.scope.borrowBuffer()
            defer { handle.scope.returnBuffer(buffer) }
            try serde.encode(input, &buffer)
            return try unsafe buffer.withUnsafeBytes { try unsafe send(handler, payload: $0) }
        } catch {
            handle.scope.fail(error, handle.ticket)
            return nil
        }
    }

    /// Sends without an input.
    @discardableResult
    public func send(_ handler: String) -> InvocationID? {
        do {
            return try unsafe send(handler, payload: UnsafeRawBufferPointer(start: nil, count: 0))
        } catch {
            handle.scope.fail(error, handle.ticket)
            return nil
        }
    }

    private func send(_ handler: String, payload: UnsafeRawBufferPointer) throws -> InvocationID {
        let (seconds, attoseconds) = delay.components
        // Rounded up, so that a send is never early; bounded, so that no delay overflows the calendar.
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        let delayMilliseconds =
            milliseconds.overflow
            ? Int64.max / 4 : milliseconds.partialValue + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return try unsafe key.withUnsafeBytes {
            try unsafe handle.scope.send(
                service: service, handler: handler, key: $0, payload: payload,
                delayMilliseconds: max(0, min(delayMilliseconds, Int64.max / 4)), handle.ticket)
        }
    }
}
