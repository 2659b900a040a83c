import Millrace
import MillraceStore

/// What handlers send, and how it is accepted where it is for.
extension Shard {
    /// An invocation that a handler sends.
    func makeInvocation(
        _ handler: ServiceTable.Handler, _ target: HandlerTarget, payload: UnsafeRawBufferPointer,
        delayMilliseconds: Int64, now: Int64
    ) -> StoredInvocation {
        let due = delayMilliseconds > 0 ? UInt64(max(0, now) &+ delayMilliseconds) : 0
        let id: InvocationID
        if handler.isWorkflow {
            id = InvocationNames.workflow(service: handler.service, key: target.key)
        } else if let idempotencyKey = target.idempotencyKey {
            id = InvocationNames.idempotent(
                service: handler.service, key: handler.isKeyed ? target.key : nil, handler: handler.name,
                idempotencyKey: idempotencyKey)
        } else {
            // A service without keys runs where it was sent from.
            id = nextInvocationID(keyHash: handler.isKeyed ? InvocationNames.hash(target.key) : UInt64(index), due: due)
        }
        var invocation = StoredInvocation(
            id: id, service: handler.service, handler: handler.name, key: target.key, payload: unsafe [UInt8](payload),
            acceptedAtMilliseconds: now, dueMilliseconds: due)
        invocation.headers = target.headers
        invocation.idempotencyKey = target.idempotencyKey
        return invocation
    }

    var hasPending: Bool {
        !pendingSends.isEmpty || !pendingSignals.isEmpty || !pendingQueries.isEmpty || !pendingTimers.isEmpty
            || !pendingNotifications.isEmpty || !pendingExpiries.isEmpty
    }

    /// Sends what a kept slice sent: to this shard at once, to others with the batch.
    func dispatchPending() {
        for invocation in pendingSends {
            let target = shard(of: invocation.id)
            if target == index { accept(invocation) } else { outgoing.send(.invoke(invocation), to: target) }
        }
        pendingSends.removeAll(keepingCapacity: true)
        for (id, signal, result) in pendingSignals {
            let target = shard(of: id)
            let body = ShardMessage.Body.signal(id, signal, result)
            if target == index { deliveries.append(body) } else { outgoing.send(body, to: target) }
        }
        pendingSignals.removeAll(keepingCapacity: true)
        for query in pendingQueries {
            let target = shard(of: query.target)
            let body = ShardMessage.Body.query(query.target, query.listener, waits: query.waits)
            if target == index { deliveries.append(body) } else { outgoing.send(body, to: target) }
        }
        pendingQueries.removeAll(keepingCapacity: true)
        for (id, number, due) in pendingTimers { storeTimer(due: due, id, completion: number) }
        pendingTimers.removeAll(keepingCapacity: true)
        dispatchExpiries()
        for (id, notification) in pendingNotifications { deliver(notification, to: id) }
        pendingNotifications.removeAll(keepingCapacity: true)
    }

    /// Takes an invocation of a key of this shard: a timer, or to be run in this turn.
    func accept(_ invocation: StoredInvocation) {
        if invocation.id.isDerived, let known = record(of: invocation.id),
            settings.mistake != .idempotencyIsForgotten
        {
            return acceptAgain(invocation, known)
        }
        if invocation.dueMilliseconds > UInt64(max(0, now)) {
            storeTimer(invocation)
        } else {
            localInvocations.append(invocation)
        }
    }

    /// The same request once more: its result is the first one's.
    func acceptAgain(_ invocation: StoredInvocation, _ known: InvocationRecord) {
        guard let caller = invocation.caller else { return }
        if services.find(service: invocation.service, handler: invocation.handler)?.isWorkflow == true {
            return answer(
                caller, .failure(TerminalError("the workflow method was already invoked", code: TerminalError.conflict))
            )
        }
        if let result = known.result { return answer(caller, result) }
        var record = known
        record.listeners.append(caller)
        putRecord(invocation.id, record)
    }
}
