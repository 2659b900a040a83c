package import Millrace
import Synchronization

/// Where requests from outside come in: invocations, signals, questions, and what people want done. Any thread.
package final class RequestDesk: Sendable {
    private let host: EngineHost
    private let services: ServiceTable
    private let shardCount: Int
    private let count = Atomic<UInt64>(0)

    init(host: EngineHost, services: ServiceTable, shardCount: Int) {
        self.host = host
        self.services = services
        self.shardCount = shardCount
    }

    /// Invokes a handler, now or after a delay of milliseconds.
    ///
    /// - Parameters:
    ///   - accepted: learns the invocation's id, on a thread of the engine, before anything is durable.
    ///   - answer: learns the result once it is durable, on a thread of the engine. It is called once at the most.
    /// - Throws: ``RequestError`` where there is no such handler, or key and handler do not fit.
    package func invoke(
        _ target: HandlerTarget, payload: [UInt8], delayMilliseconds: Int64 = 0,
        accepted: (@Sendable (InvocationID) -> Void)? = nil, answer: (@Sendable (DurableResult) -> Void)? = nil
    ) throws(RequestError) {
        guard let handler = services.find(service: target.service, handler: target.handler) else {
            throw .unknownHandler(service: target.service, handler: target.handler)
        }
        guard handler.isKeyed || target.key.isEmpty else { throw .keyForUnkeyed(service: target.service) }
        let shard: Int
        if handler.isKeyed {
            shard = self.shard(InvocationNames.hash(target.key))
        } else if let idempotencyKey = target.idempotencyKey {
            shard = self.shard(InvocationNames.hash(Array(idempotencyKey.utf8)))
        } else {
            shard = Int(count.add(1, ordering: .relaxed).newValue % UInt64(shardCount))
        }
        let kind = Request.Kind.invoke(handler, target, payload: payload, delayMilliseconds: delayMilliseconds)
        post(Request(kind: kind, number: answer.map { host.requests.add($0) }, accepted: accepted), shard)
    }

    /// Sends a signal to an invocation.
    package func signal(_ id: InvocationID, _ signal: SignalName, _ result: DurableResult) {
        post(Request(kind: .signal(id, signal, result), number: nil), shard(id.keyHash))
    }

    /// Asks for an invocation's result: when it is there, or as it is now (then `void` where it has none). A failure with
    /// code 404 where it is not known.
    package func output(of id: InvocationID, waits: Bool, answer: @escaping @Sendable (DurableResult) -> Void) {
        post(Request(kind: .query(id, waits: waits), number: host.requests.add(answer)), shard(id.keyHash))
    }

    /// Does something with an invocation. The answer is nothing, or why it cannot be done.
    package func control(
        _ id: InvocationID, _ control: InvocationControl, answer: (@Sendable (DurableResult) -> Void)? = nil
    ) {
        let number = answer.map { host.requests.add($0) }
        post(Request(kind: .control(id, control), number: number), shard(id.keyHash))
    }

    private func post(_ request: Request, _ shard: Int) { host.post(.request(request, shard: shard), toShard: shard) }

    private func shard(_ hash: UInt64) -> Int { RecordRouter.shard(ofHash: hash, shardCount: shardCount) }
}

/// Why a request is refused.
package enum RequestError: Error, CustomStringConvertible, Sendable, Equatable {
    case unknownHandler(service: String, handler: String)
    case keyForUnkeyed(service: String)

    package var description: String {
        switch self {
        case .unknownHandler(let service, let handler):
            "no service of this application has a handler \(service)/\(handler)"
        case .keyForUnkeyed(let service): "'\(service)' is a service without keys, and one was given; leave it out"
        }
    }
}
