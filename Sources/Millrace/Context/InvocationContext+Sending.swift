/// Messages that are not waited for.
extension InvocationContext {
    /// Sends to a handler of the virtual object or workflow with that key, now or after a delay of up to many years.
    ///
    /// The message is committed with this handler's other effects and arrives exactly once.
    /// - Parameters:
    ///   - idempotencyKey: a name for the request: a second one of the same name, to the same handler, has no effect as long
    ///     as the first one's result is kept.
    ///   - headers: text that goes along with the input.
    public func send<Target: KeyedService>(
        to target: Target.Type, key: ObjectKey, after delay: Duration = .zero, idempotencyKey: String? = nil,
        headers: [InvocationHeader] = []
    ) -> Target.SendClient {
        Target.SendClient(
            InvocationSender(
                handle: handle, service: Target.serviceName, key: key.bytes, delay: delay,
                idempotencyKey: idempotencyKey,
                headers: headers))
    }

    /// Sends to a handler of a service without keys, now or after a delay.
    public func send<Target: PlainService>(
        to target: Target.Type, after delay: Duration = .zero, idempotencyKey: String? = nil,
        headers: [InvocationHeader] = []
    ) -> Target.SendClient {
        Target.SendClient(
            InvocationSender(
                handle: handle, service: Target.serviceName, key: [], delay: delay, idempotencyKey: idempotencyKey,
                headers: headers))
    }

    /// Sends to any handler by name, with a payload of bytes. For targets that are known only when running.
    @discardableResult
    public func send(
        service: String, handler: String, key: ObjectKey = ObjectKey([UInt8]()), payload: [UInt8] = [],
        after delay: Duration = .zero, idempotencyKey: String? = nil, headers: [InvocationHeader] = []
    ) -> InvocationID? {
        InvocationSender(
            handle: handle, service: service, key: key.bytes, delay: delay, idempotencyKey: idempotencyKey,
            headers: headers
        ).send(handler, payload, .bytes)
    }

    /// Cancels an invocation.
    ///
    /// A delayed one that has not started is forgotten. A running one sees a ``TerminalError`` with code 409 at its next
    /// wait, after the calls that it waits for have been cancelled. One that is over, or not known, is left alone.
    public func cancel(_ id: InvocationID) {
        attempt { try handle.scope.cancel(id, handle.ticket) }
    }
}
