import Millrace
import Synchronization

/// What becomes of invocations that fail: another attempt after a pause, or what their policy says comes last.
extension Shard {
    /// What becomes of an invocation that failed at its first, inline attempt.
    func failNew(_ invocation: StoredInvocation, _ handler: ServiceTable.Handler, _ error: any Error) {
        if policy(invocation)?.then == .skip,
            pause(invocation, handler, error, HeadFailure(attempts: 1, firstFailedMilliseconds: now)) == nil
        {
            counters.failures.add(1, ordering: .relaxed)
            return observer.skipped(
                service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
                source: invocation.source, attempts: 1, error: "\(error)")
        }
        let queue = makeQueue(for: invocation, handler)
        enqueue(waiting: invocation, in: queue)
        failHead(queue, invocation, handler, error)
    }

    /// What becomes of a queue whose head failed: another attempt later, or its policy's end.
    func failHead(
        _ queue: VirtualQueue, _ invocation: StoredInvocation, _ handler: ServiceTable.Handler, _ error: any Error
    ) {
        counters.failures.add(1, ordering: .relaxed)
        queue.failure.attempts += 1
        if queue.failure.attempts == 1 { queue.failure.firstFailedMilliseconds = now }
        queue.failure.lastError = String("\(error)".prefix(QueueHeader.maxErrorBytes))
        if error is RetryAfter || (error as? StepFailed)?.cause is RetryAfter { queue.failure.attempts -= 1 }
        if let pause = pause(invocation, handler, error, queue.failure) {
            queue.state = .backingOff(until: now + pause)
            retries.add(queue, due: now + pause)
            storeHeader(queue)
            return observer.retrying(
                service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
                source: invocation.source, attempt: queue.failure.attempts, pauseMilliseconds: pause,
                error: queue.failure.lastError)
        }
        guard let policy = policy(invocation) else {
            if handler.options.onExhaustion ?? limits.onExhaustion == .kill, !(error is JournalDivergence) {
                let error = TerminalError(queue.failure.lastError)
                tellFailure(error, of: invocation)
                return end(queue, invocation, handler, .failure(error))
            }
            return parkHead(queue, invocation, queue.failure.lastError)
        }
        switch policy.then {
        case .skip:
            observer.skipped(
                service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
                source: invocation.source, attempts: queue.failure.attempts, error: queue.failure.lastError)
            end(queue, invocation, handler, .failure(TerminalError(queue.failure.lastError)))
        case .park: parkHead(queue, invocation, queue.failure.lastError)
        case .stop:
            parkHead(queue, invocation, queue.failure.lastError, as: .stopped)
            if let source = invocation.source,
                let intake = settings.intakes.first(where: { $0.subscription.name == source.subscription })
            {
                intake.stopPartition(
                    topic: source.record.topic, partition: source.record.partition,
                    reason:
                        "the record at offset \(source.record.offset) failed \(queue.failure.attempts) times: \(queue.failure.lastError)"
                )
            }
        }
    }

    /// Ends a head that is not running, with a result.
    func end(_ queue: VirtualQueue, _ head: StoredInvocation, _ handler: ServiceTable.Handler, _ result: DurableResult)
    {
        var head = head
        // It has one since it stands in line.
        head.hasRecord = true
        respond(head.id, head, handler, queue, nil, result)
        deleteJournal(of: head.id, queue)
        queue.isStarted = false
        queue.state = .ready
        removeHead(queue)
        schedule(queue)
    }

    func parkHead(
        _ queue: VirtualQueue, _ invocation: StoredInvocation, _ error: String, as state: VirtualQueue.State = .parked
    ) {
        setParked(queue, invocation, error, as: state)
        observer.parked(
            service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
            source: invocation.source, attempts: queue.failure.attempts, error: error)
    }

    /// Lets a queue wait for a person. Its head is known by its id from now on.
    func setParked(
        _ queue: VirtualQueue, _ invocation: StoredInvocation, _ reason: String, as state: VirtualQueue.State = .parked
    ) {
        queue.failure.lastError = reason
        queue.state = state
        counters.parkedKeys.add(1, ordering: .relaxed)
        if !queue.isStarted {
            queue.isStarted = true
            let known = invocation.source == nil || invocation.id.isDerived ? record(of: invocation.id) : nil
            queue.chunks = known?.chunks ?? 0
            var record = InvocationRecord(
                status: .started, queueService: queue.service, queueKey: queue.key, service: invocation.service,
                handler: invocation.handler, key: invocation.key, createdMilliseconds: invocation.acceptedAtMilliseconds
            )
            record.listeners = known?.listeners ?? []
            putRecord(invocation.id, record)
        }
        storeHeader(queue)
    }

    /// An invocation of a handler that this application does not have waits for a version that has it.
    func park(unknown invocation: StoredInvocation) {
        let queue = makeQueue(for: invocation, nil)
        enqueue(invocation, in: queue)
        if queue.count == 1 {
            parkHead(
                queue, invocation,
                "no service of this application has a handler \(invocation.service)/\(invocation.handler)")
        }
    }

    /// The subscription's policy, for an invocation that came from a record.
    private func policy(_ invocation: StoredInvocation) -> ErrorPolicy? {
        guard let source = invocation.source else { return nil }
        return settings.intakes.first { $0.subscription.name == source.subscription }?.subscription.onError
            ?? settings.defaultPolicy
    }

    /// The pause before the next attempt, or `nil` when there is to be none.
    private func pause(
        _ invocation: StoredInvocation, _ handler: ServiceTable.Handler, _ error: any Error, _ failure: HeadFailure
    ) -> Int64? {
        switch error {
        case is TerminalError, is SerdeError, is InputError, is JournalDivergence: return nil
        case let error as RetryAfter: return error.delay.wholeMilliseconds
        case let error as StepFailed: return pause(invocation, handler, error.cause, failure)
        default: break
        }
        if let policy = policy(invocation) { return policy.pauseMilliseconds(afterAttempts: failure.attempts) }
        return (handler.options.retry ?? limits.retry).pauseMilliseconds(
            afterAttempts: failure.attempts, elapsedMilliseconds: now - failure.firstFailedMilliseconds)
    }

    /// Lets the queues run whose pause is over.
    func retryDue() {
        while let queue = retries.popDue(now: now) {
            guard case .backingOff(let until) = queue.state, until <= now else { continue }
            queue.state = .ready
            schedule(queue)
        }
    }
}
