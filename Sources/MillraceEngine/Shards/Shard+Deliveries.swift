import Millrace
import MillraceProtocol
import MillraceStore
import Synchronization

/// What comes for invocations from others: results, signals, questions.
extension Shard {
    func deliver(_ body: ShardMessage.Body) {
        switch body {
        case .invoke(let invocation): accept(invocation)
        case .complete(let id, let completion, let result): deliver(completion.notification(result), to: id)
        case .signal(let id, let signal, let result): deliver(signal, result, to: id)
        case .query(let id, let listener, let waits): answerQuery(id, listener, waits: waits)
        case .kill(let id): _ = control(id, .kill)
        }
    }

    /// Adds to an invocation's journal, and lets it go on where it waits for that.
    func deliver(_ notification: Notification, to id: InvocationID) {
        if let run = runs[id] {
            run.arrive(notification)
            return ready(run)
        }
        guard let record = record(of: id), record.status == .started, let queue = queue(of: record) else { return }
        appendNotification(notification, id, queue)
        if case .suspended = queue.state { wake(queue) }
    }

    /// Lets a queue's head go on that is not in memory.
    func wake(_ queue: VirtualQueue) {
        queue.state = .ready
        storeHeader(queue)
        schedule(queue)
    }

    private func deliver(_ signal: SignalName, _ result: DurableResult, to id: InvocationID) {
        let name: SignalID =
            switch signal {
            case .index(let index): .index(index)
            case .name(let name): .name(name)
            }
        let notification = Notification(type: .signalNotification, id: .signal(name), result: result.notificationResult)
        let isCancel = name == .cancel
        if runs[id] != nil { return deliver(notification, to: id) }
        guard let record = record(of: id) else {
            // A delayed invocation is known by its timer alone.
            if isCancel { return cancelDelayed(id) }
            if let record = makeScheduledRecord(id) { appendEarly(notification, id, record) }
            return
        }
        switch record.status {
        case .completed: return
        case .scheduled, .queued:
            if isCancel { cancelUnstarted(id, record) } else { appendEarly(notification, id, record) }
        case .started:
            guard let queue = queue(of: record) else { return }
            appendNotification(notification, id, queue)
            switch queue.state {
            case .suspended: wake(queue)
            case .backingOff, .parked, .stopped:
                guard isCancel else { return }
                noteGoingOn(queue)
                queue.failure = HeadFailure()
                wake(queue)
            case .ready, .waiting: break
            }
        }
    }

    /// The queue that holds an invocation, or `nil` where it is gone.
    func queue(of record: InvocationRecord) -> VirtualQueue? {
        let hash =
            record.queueService.isEmpty
            ? (InvocationID(bytes: record.queueKey)?.keyHash ?? 0) : InvocationNames.hash(record.queueKey)
        return unsafe record.queueKey.withUnsafeBytes { unsafe self.queue(record.queueService, hash, $0) }
    }

    // MARK: Requests from outside

    func accept(_ request: Request) {
        switch request.kind {
        case .invoke(let handler, let target, let payload, let delay):
            var invocation = unsafe payload.withUnsafeBytes {
                unsafe makeInvocation(handler, target, payload: $0, delayMilliseconds: delay, now: now)
            }
            invocation.caller = request.number.map { .request($0) }
            request.accepted?(invocation.id)
            accept(invocation)
        case .signal(let id, let signal, let result): deliver(.signal(id, signal, result))
        case .query(let id, let waits):
            if let number = request.number { deliver(.query(id, .request(number), waits: waits)) }
        case .control(let id, let control):
            let result = self.control(id, control)
            if let number = request.number { answer(.request(number), result) }
        }
        runLocalInvocations()
    }

    // MARK: Before the start

    /// Forgets a delayed invocation that has not started; those who wait for it learn that.
    private func cancelDelayed(_ id: InvocationID) {
        guard id.knownDue > 0, let stored = takeTimer(due: id.knownDue, id) else { return }
        if let caller = stored.caller { answer(caller, .failure(.canceled)) }
    }

    private func cancelUnstarted(_ id: InvocationID, _ record: InvocationRecord) {
        if record.status == .scheduled {
            for listener in record.listeners { answer(listener, .failure(.canceled)) }
            if let caller = takeTimer(due: record.dueMilliseconds, id)?.caller { answer(caller, .failure(.canceled)) }
            deleteChunks(record.chunks, of: id)
            return deleteRecord(id)
        }
        endUnstarted(id, record, .failure(.canceled))
    }

    /// Ends an invocation that stands in line: those who wait for it learn that at once, and it is passed over when its turn comes.
    func endUnstarted(_ id: InvocationID, _ record: InvocationRecord, _ result: DurableResult) {
        if let caller = record.caller { answer(caller, result) }
        for listener in record.listeners { answer(listener, result) }
        var ended = record
        ended.status = .completed
        ended.caller = nil
        ended.listeners = []
        ended.result = result
        putRecord(id, ended)
    }

    // MARK: Questions

    private func answerQuery(_ id: InvocationID, _ listener: ResponseTarget, waits: Bool) {
        if let record = record(of: id) {
            if let result = record.result { return answer(listener, result) }
            guard waits else { return answer(listener, .void) }
            var waiting = record
            waiting.listeners.append(listener)
            return putRecord(id, waiting)
        }
        if var record = makeScheduledRecord(id) {
            guard waits else { return answer(listener, .void) }
            record.listeners = [listener]
            putRecord(id, record)
            return noteRecord(ofTimer: id.knownDue, id)
        }
        answer(listener, .failure(TerminalError("not found", code: TerminalError.notFound)))
    }

    /// A record for an invocation that is delayed and has been known by its timer alone; `nil` where there is none.
    private func makeScheduledRecord(_ id: InvocationID) -> InvocationRecord? {
        guard id.knownDue > 0, isTimerPending(due: id.knownDue, id) else { return nil }
        var record = InvocationRecord(
            status: .scheduled, queueService: "", queueKey: [], service: "", handler: "", key: [],
            createdMilliseconds: now)
        record.dueMilliseconds = id.knownDue
        return record
    }

    /// Keeps a signal for an invocation that has not begun: the first part of the journal that it will have.
    private func appendEarly(_ notification: Notification, _ id: InvocationID, _ known: InvocationRecord) {
        var record = known
        appendNotification(notification, id, chunk: record.chunks)
        record.chunks += 1
        putRecord(id, record)
        if record.status == .scheduled, !id.isDerived { noteRecord(ofTimer: record.dueMilliseconds, id) }
    }

    /// Which invocation is meant.
    func id(of reference: InvocationReferenceTarget) -> InvocationID {
        switch reference {
        case .id(let id): id
        case .workflow(let service, let key): InvocationNames.workflow(service: service, key: key)
        case .idempotent(let service, let key, let handler, let idempotencyKey):
            InvocationNames.idempotent(
                service: service, key: key.isEmpty ? nil : key, handler: handler, idempotencyKey: idempotencyKey)
        }
    }
}

extension Completion {
    /// What the invocation that waits finds in its journal.
    func notification(_ result: DurableResult) -> Notification {
        let type: MessageType =
            switch kind {
            case .call: .callCompletion
            case .attach: .attachInvocationCompletion
            case .output: .getInvocationOutputCompletion
            }
        return Notification(type: type, id: .completion(number), result: result.notificationResult)
    }
}

extension TerminalError {
    /// What those get who waited for an invocation that was cancelled before it started.
    static let canceled = TerminalError("canceled", code: conflict)
}
