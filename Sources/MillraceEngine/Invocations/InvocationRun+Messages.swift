import Millrace
import MillraceProtocol
import MillraceStore

/// Messages to other invocations, and records to topics.
extension InvocationRun {
    func send(
        _ target: HandlerTarget, payload: UnsafeRawBufferPointer, delayMilliseconds: Int64, _ ticket: UInt64
    ) throws -> InvocationID {
        try check(ticket)
        let handler = try unsafe checkTarget(target, payload)
        if log.isOn {
            let number = nextCompletion()
            if recorded.hasCommands { return try unsafe replaySend(target, payload, number) }
            let invocation = unsafe shard.makeInvocation(
                handler, target, payload: payload, delayMilliseconds: delayMilliseconds, now: max(time, shard.now))
            shard.pendingSends.append(invocation)
            log.send(invocation, completion: number, now: shard.now)
            return invocation.id
        }
        let invocation = unsafe shard.makeInvocation(
            handler, target, payload: payload, delayMilliseconds: delayMilliseconds, now: shard.now)
        shard.pendingSends.append(invocation)
        return invocation.id
    }

    private func replaySend(_ target: HandlerTarget, _ payload: UnsafeRawBufferPointer, _ number: UInt32) throws
        -> InvocationID
    {
        let now = unsafe OneWayCallCommand(target, payload: payload, due: 0, completion: number)
        _ = try command(now)
        guard let id = invocationIDs[number] else { throw RecordError() }
        return id
    }

    func call(
        _ target: HandlerTarget, payload: UnsafeRawBufferPointer, _ ticket: UInt64
    ) throws -> (InvocationID, DurableID) {
        try checkWaiting(ticket)
        let handler = try unsafe checkTarget(target, payload)
        let idNumber = nextCompletion()
        let number = nextCompletion()
        if recorded.hasCommands {
            let now = unsafe CallCommand(target, payload: payload, invocationID: idNumber, completion: number)
            _ = try command(now)
            guard let id = invocationIDs[idNumber] else { throw RecordError() }
            needs(NeededInvocation(id: id, completion: number, kind: .call))
            return (id, .completion(number))
        }
        var invocation = unsafe shard.makeInvocation(
            handler, target, payload: payload, delayMilliseconds: 0, now: shard.now)
        invocation.caller = .invocation(id, Completion(number: number, kind: .call))
        invocation.callers = [id] + (stored?.callers.prefix(Self.maxCallers) ?? [])
        shard.pendingSends.append(invocation)
        log.call(invocation, idCompletion: idNumber, completion: number, now: shard.now)
        needs(NeededInvocation(id: invocation.id, completion: number, kind: .call))
        return (invocation.id, .completion(number))
    }

    /// How far up a chain of calls is looked for a key that waits for itself.
    private static let maxCallers = 64

    private func checkTarget(_ target: HandlerTarget, _ payload: UnsafeRawBufferPointer) throws -> ServiceTable.Handler
    {
        guard let handler = shard.services.find(service: target.service, handler: target.handler) else {
            throw ContextError.unknownTarget(service: target.service, handler: target.handler)
        }
        guard handler.isKeyed || target.key.isEmpty else {
            throw ContextError.wrongKey(service: target.service, needsKey: false)
        }
        guard target.key.count <= shard.limits.maxKeyBytes else {
            throw ContextError.tooLarge(what: "a key", bytes: target.key.count, limit: shard.limits.maxKeyBytes)
        }
        guard payload.count <= shard.limits.maxPayloadBytes else {
            throw ContextError.tooLarge(
                what: "an invocation's input", bytes: payload.count, limit: shard.limits.maxPayloadBytes)
        }
        if let key = target.idempotencyKey, key.isEmpty { throw ContextError.emptyIdempotencyKey }
        return handler
    }

    func cancel(_ id: InvocationID, _ ticket: UInt64) throws {
        try signal(id, .index(1), .void, ticket)
    }

    func signal(_ id: InvocationID, _ signal: SignalName, _ result: DurableResult, _ ticket: UInt64) throws {
        try check(ticket)
        if case .index(let index) = signal, index >= AwakeableID.firstIndex {
            let now = CompleteAwakeableCommand(AwakeableID(invocation: id, index: index), result)
            if try command(now) != nil { return }
        } else {
            let now = SendSignalCommand(id, signal, result)
            if try command(now) != nil { return }
        }
        shard.pendingSignals.append((id, signal, result))
    }

    // MARK: Results of others

    func attach(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID {
        try checkWaiting(ticket)
        let number = nextCompletion()
        let now = AttachInvocationCommand(reference, completion: number)
        let target = shard.id(of: reference)
        if try command(now) == nil {
            shard.pendingQueries.append(
                PendingQuery(
                    target: target,
                    listener: .invocation(id, Completion(number: number, kind: .attach)), waits: true))
        }
        needs(NeededInvocation(id: target, completion: number, kind: .attach))
        return .completion(number)
    }

    func output(_ reference: InvocationReferenceTarget, _ ticket: UInt64) throws -> DurableID {
        try checkWaiting(ticket)
        let number = nextCompletion()
        let now = GetInvocationOutputCommand(reference, completion: number)
        if try command(now) == nil {
            shard.pendingQueries.append(
                PendingQuery(
                    target: shard.id(of: reference),
                    listener: .invocation(id, Completion(number: number, kind: .output)), waits: false))
        }
        return .completion(number)
    }

    // MARK: Records

    func emit(
        cluster: String, topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [SourceRecord.Header], _ ticket: UInt64
    ) throws {
        try check(ticket)
        let sink = try shard.sink(cluster)
        let size =
            unsafe (key?.count ?? 0) + (value?.count ?? 0)
            + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
        guard size <= shard.limits.maxRecordBytes[sink] else {
            throw ContextError.tooLarge(
                what: "a record for topic '\(topic)'", bytes: size, limit: shard.limits.maxRecordBytes[sink])
        }
        guard !topic.isEmpty, topic.utf8.count <= 249 else { throw ContextError.unknownSink("topic '\(topic)'") }
        if log.isOn {
            let now = unsafe EmitCommand(cluster: cluster, topic: topic, key: key, value: value, headers: headers)
            if recorded.hasCommands {
                _ = try replay(now) { $0 == now }
                return
            }
            note(now)
        }
        unsafe shard.outgoing.emit(sink: sink, topic: topic, key: key, value: value, headers: headers)
    }
}

/// A question for another invocation's result, on its way to that invocation's shard.
struct PendingQuery {
    let target: InvocationID
    let listener: ResponseTarget
    /// Whether the answer may come later.
    let waits: Bool
}
