import Millrace
import MillraceProtocol
import MillraceStore
import Synchronization

/// Starting handlers, and what becomes of them.
extension Shard {
    enum Outcome {
        /// The handler has returned, and its effects are in the open batch.
        case finished
        /// It has thrown, and nothing of it is left: the invocation has no place yet.
        case failed(any Error)
        /// It has a place in a virtual queue, where all that followed is done.
        case placed
    }

    /// Runs a handler until it ends or waits.
    @inline(__always)
    func start(
        _ run: InvocationRun, _ handler: ServiceTable.Handler, _ id: InvocationID, _ keyHash: UInt64,
        _ key: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, batch: RecordBatch?, entry: Int,
        stored: StoredInvocation?
    ) -> Outcome {
        if active != nil { endSlice() }
        active = run
        running.enter(handler.index)
        store.beginInvocation()
        run.mark = outgoing.mark
        counters.invocations.add(1, ordering: .relaxed)
        let handle = unsafe run.begin(
            handler, id: id, keyHash: keyHash, key: key, batch: batch, entry: entry, stored: stored)
        do {
            if handler.suspends { run.beginWaiting() }
            if let operation = try unsafe handler.start(handle, payload.bytes) { return runTask(run, operation) }
            if let error = run.end() { throw error }
        } catch {
            _ = run.end()
            return failed(run, error)
        }
        active = nil
        store.keepInvocation()
        if hasPending { dispatchPending() }
        if stored != nil { respond(run, .value(run.takeOutput())) }
        return run.queue == nil ? .finished : ended(run)
    }

    /// Runs a task until it ends or waits.
    private func runTask(_ run: InvocationRun, _ operation: @escaping @Sendable () async throws -> Void) -> Outcome {
        run.tasks.append(
            Task<Void, Never>(executorPreference: executor) {
                do {
                    try await operation()
                    run.finish(.success(()))
                } catch {
                    run.finish(.failure(error))
                }
            })
        while executor.drainLocal() {}
        if active === run { run.proceed() }
        // Another invocation's slice came between: this one has been given its place, or has ended, there.
        guard active === run else {
            if active != nil { endSlice() }
            return .placed
        }
        guard let result = run.ending else {
            endSlice()
            return .placed
        }
        active = nil
        return conclude(run, result)
    }

    // MARK: The end

    /// What becomes of a run whose task has ended. Its slice is still in the store's undo log.
    func conclude(_ run: InvocationRun, _ result: Result<Void, any Error>) -> Outcome {
        var outcome = result
        let failure = run.end()
        run.endHeld()
        if let abortion = run.abortion {
            outcome = .failure(abortion)
        } else if let failure, case .success = outcome {
            outcome = .failure(failure)
        }
        if case .success = outcome, run.recorded.hasCommands {
            outcome = .failure(run.mismatched(run.recorded.takeCommand(), "nothing more"))
        }
        if let mismatch = run.mismatch { outcome = .failure(mismatch) }
        switch outcome {
        case .success:
            store.keepInvocation()
            if hasPending { dispatchPending() }
            respond(run, .value(run.takeOutput()))
        case .failure(let error as TerminalError) where !run.isFromRecord: return failedForGood(run, error)
        case .failure(let error):
            return failed(run, error)
        }
        return run.queue == nil ? .finished : ended(run)
    }

    /// The head of a queue is done.
    private func ended(_ run: InvocationRun) -> Outcome {
        guard let queue = run.queue else { return .finished }
        run.queue = nil
        runs[run.id] = nil
        counters.waiting.store(runs.count, ordering: .relaxed)
        for (number, due) in run.openTimers { forgetTimer(due: due, run.id, number) }
        deleteJournal(of: run.id, queue)
        queue.isStarted = false
        queue.state = .ready
        removeHead(queue)
        schedule(queue)
        return .placed
    }

    /// A handler has thrown. What it did since its last saved point is taken back.
    private func failed(_ run: InvocationRun, _ error: any Error) -> Outcome {
        active = nil
        if !run.isFromRecord {
            if let terminal = error as? TerminalError { return failedForGood(run, terminal) }
            // What has a journal was read by other code before: that is for a person to decide.
            if let input = error as? InputError, !run.recorded.hasCommands {
                return failedForGood(run, input.terminalError)
            }
        }
        rollBack(run)
        guard let handler = run.handler else { return .finished }
        guard run.queue != nil || !run.log.isEmpty else { return .failed(error) }
        if run.queue == nil { place(run) }
        writeChunk(of: run)
        guard let queue = run.queue else { return .placed }
        discard(run)
        guard let head = loadHead(queue) else { return .placed }
        failHead(queue, head, handler, error)
        return .placed
    }

    /// The failure is the result of what others have sent or called. What the handler did before stays: it is up to the
    /// handler to compensate.
    private func failedForGood(_ run: InvocationRun, _ error: TerminalError) -> Outcome {
        store.keepInvocation()
        if hasPending { dispatchPending() }
        if let stored = run.stored { tellFailure(error, of: stored) }
        respond(run, .failure(error))
        return run.queue == nil ? .finished : ended(run)
    }

    /// Tells people of a failure that ends an invocation, where nobody else gets to know it.
    func tellFailure(_ error: TerminalError, of invocation: StoredInvocation) {
        guard invocation.caller == nil, listeners(of: invocation.id)?.isEmpty ?? true else { return }
        counters.terminalFailures.add(1, ordering: .relaxed)
        observer.failed(
            TerminalFailureEvent(
                invocation: invocation.id, service: invocation.service, handler: invocation.handler,
                key: ObjectKey(invocation.key), error: error))
    }

    func rollBack(_ run: InvocationRun) {
        if settings.mistake == .failedChangesStay { store.keepInvocation() } else { store.rollBackInvocation() }
        outgoing.rollBack(to: run.mark)
        run.log.rollBack()
        pendingSends.removeAll()
        pendingSignals.removeAll()
        pendingQueries.removeAll()
        pendingTimers.removeAll()
        pendingExpiries.removeAll()
        pendingNotifications.removeAll()
    }

    /// Takes a run out of memory; what its task still does has no effect.
    func discard(_ run: InvocationRun) {
        run.queue = nil
        runs[run.id] = nil
        counters.waiting.store(runs.count, ordering: .relaxed)
        run.release()
    }

    /// Tells an invocation's result to those who wait for it, and keeps it where it is to be kept.
    private func respond(_ run: InvocationRun, _ result: DurableResult) {
        guard let handler = run.handler else { return }
        respond(run.id, run.stored, handler, run.queue, run, result)
    }

    /// - Parameters:
    ///   - queue: where the invocation is the head; `nil` where it has never waited or failed.
    ///   - run: the run that ended, where it is in memory.
    func respond(
        _ id: InvocationID, _ stored: StoredInvocation?, _ handler: ServiceTable.Handler, _ queue: VirtualQueue?,
        _ run: InvocationRun?, _ result: DurableResult
    ) {
        if let caller = stored?.caller { answer(caller, result) }
        let isStarted = queue?.isStarted ?? false
        guard isStarted || id.isDerived || stored?.hasRecord == true else { return }
        // Where a result is kept the journal goes before it at the latest; else the journal's time is that of both.
        var journalRetention = isStarted ? self.journalRetention(handler) : 0
        let retention = id.isDerived ? resultRetention(handler) : journalRetention
        journalRetention = min(journalRetention, retention)
        guard retention > 0 else {
            if let listeners = listeners(of: id) {
                for listener in listeners { answer(listener, result) }
                deleteRecord(id)
            }
            if handler.isWorkflow { forgetWorkflow(handler.service, key: stored?.key ?? []) }
            return
        }
        let record = record(of: id)
        for listener in record?.listeners ?? [] { answer(listener, result) }
        var kept =
            record
            ?? InvocationRecord(
                status: .completed, queueService: "", queueKey: [], service: handler.service, handler: handler.name,
                key: stored?.key ?? [], createdMilliseconds: stored?.acceptedAtMilliseconds ?? now)
        kept.status = .completed
        kept.endedMilliseconds = now
        kept.listeners = []
        kept.result = result
        if journalRetention > 0, let queue, settings.mistake != .journalsAreNotKept {
            kept.chunks = closeJournal(of: id, queue, run, result)
            if journalRetention < retention {
                kept.journalDueMilliseconds = UInt64(now + journalRetention)
                storeJournalPurge(id, due: kept.journalDueMilliseconds)
            }
        }
        kept.dueMilliseconds = UInt64(now + retention)
        storePurge(id, due: kept.dueMilliseconds)
        putRecord(id, kept)
    }

    /// For how long the result of an invocation is kept that others can name.
    private func resultRetention(_ handler: ServiceTable.Handler) -> Int64 {
        if handler.isWorkflow {
            return (handler.options.workflowRetention ?? limits.workflowRetention).wholeMilliseconds
        }
        return (handler.options.idempotencyRetention ?? limits.idempotencyRetention).wholeMilliseconds
    }

    private func journalRetention(_ handler: ServiceTable.Handler) -> Int64 {
        (handler.options.journalRetention ?? limits.journalRetention).wholeMilliseconds
    }

    /// Tells a result to one who waits for it.
    func answer(_ target: ResponseTarget, _ result: DurableResult, kind: Completion.Kind? = nil) {
        switch target {
        case .invocation(let id, let completion):
            let body = ShardMessage.Body.complete(id, completion, result)
            let shard = shard(of: id)
            if shard == index { deliveries.append(body) } else { outgoing.send(body, to: shard) }
        case .request(let number): replies.append(Reply(request: number, result: result))
        }
    }

    // MARK: Running what was sent

    /// Runs what was sent to keys of this shard, and what that sends in turn; delivers results; lets runs go on.
    func runLocalInvocations() {
        var at = 0
        while true {
            if at < localInvocations.count {
                let invocation = localInvocations[at]
                at += 1
                run(invocation)
            } else if !localInvocations.isEmpty {
                localInvocations.removeAll(keepingCapacity: true)
                at = 0
            } else if !deliveries.isEmpty {
                let bodies = deliveries
                deliveries = []
                for body in bodies { deliver(body) }
            } else if !readyRuns.isEmpty, turnInvocations <= limits.turnInvocations {
                proceedReady()
            } else {
                return
            }
        }
    }

    /// Runs an invocation now where its key is idle; otherwise, or when the turn has done enough, it is queued.
    private func run(_ invocation: StoredInvocation) {
        guard let handler = services.find(service: invocation.service, handler: invocation.handler) else {
            return park(unknown: invocation)
        }
        // The same request may have come twice in this turn, and the first is known only since it has run.
        if invocation.id.isDerived, let known = record(of: invocation.id), known.status != .scheduled,
            settings.mistake != .idempotencyIsForgotten
        {
            return acceptAgain(invocation, known)
        }
        turnInvocations += 1
        if handler.isExclusive {
            let busy =
                unsafe !hasQueues
                ? nil
                : invocation.key.withUnsafeBytes {
                    unsafe queue(handler.service, invocation.id.keyHash, $0)
                }
            if let busy { return enqueue(waiting: invocation, in: busy) }
        }
        // One that has a journal before it begins is begun as a head.
        let hasJournal =
            (invocation.hasRecord || invocation.id.isDerived) && record(of: invocation.id)?.chunks ?? 0 > 0
        if turnInvocations > limits.turnInvocations || hasJournal {
            let queue = makeQueue(for: invocation, handler)
            enqueue(waiting: invocation, in: queue)
            return schedule(queue)
        }
        let run = takeRun()
        switch start(run, handler, invocation) {
        case .finished: giveBack(run)
        case .failed(let error):
            giveBack(run)
            failNew(invocation, handler, error)
        case .placed: break
        }
    }

    func start(_ run: InvocationRun, _ handler: ServiceTable.Handler, _ invocation: StoredInvocation) -> Outcome {
        unsafe invocation.key.withUnsafeBytes { key in
            unsafe invocation.payload.withUnsafeBytes { payload in
                unsafe start(
                    run, handler, invocation.id, invocation.id.keyHash, key, payload, batch: nil, entry: 0,
                    stored: invocation)
            }
        }
    }
}
