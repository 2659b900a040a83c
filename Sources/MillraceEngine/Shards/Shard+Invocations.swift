import Millrace
import MillraceStore
import Synchronization

/// Starting handlers, and what becomes of them.
extension Shard {
    enum Outcome {
        /// The handler has returned, and its effects are in the open batch.
        case finished
        /// It has thrown; nothing of it is left.
        case failed(any Error)
        /// It waits; its effects so far are kept in its run.
        case waiting
    }

    /// Runs a handler until it ends or waits.
    @inline(__always)
    func start(
        _ run: InvocationRun, _ handler: ServiceTable.Handler, _ id: InvocationID, _ keyHash: UInt64,
        _ key: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, batch: RecordBatch?, entry: Int,
        source: StoredInvocation.Source?
    ) -> Outcome {
        store.beginInvocation()
        let mark = outgoing.mark
        counters.invocations.add(1, ordering: .relaxed)
        let handle = unsafe run.begin(
            handler, id: id, keyHash: keyHash, key: key, batch: batch, entry: entry, source: source)
        do {
            switch handler.body {
            case .direct(let body):
                try unsafe body(handle, payload.bytes)
            case .suspending(let body):
                let operation = try unsafe body(handle, payload.bytes)
                Task<Void, Never>(executorPreference: executor) {
                    do {
                        try await operation()
                        run.finish(.success(()))
                    } catch {
                        run.finish(.failure(error))
                    }
                }
                while run.result == nil, executor.drainLocal() {}
                guard let result = run.result else {
                    detach(run, mark)
                    return .waiting
                }
                try result.get()
            }
            if let error = run.end() {
                rollBack(mark)
                return .failed(error)
            }
        } catch {
            _ = run.end()
            rollBack(mark)
            return .failed(error)
        }
        store.keepInvocation()
        if !pendingSends.isEmpty || !pendingCancels.isEmpty { dispatchPending() }
        return .finished
    }

    private func rollBack(_ mark: Outgoing.Mark) {
        if settings.keepsFailedChanges { store.keepInvocation() } else { store.rollBackInvocation() }
        outgoing.rollBack(to: mark)
        pendingSends.removeAll()
        pendingCancels.removeAll()
    }

    /// Takes the effects of a waiting invocation out of the batch and keeps them with its run.
    private func detach(_ run: InvocationRun, _ mark: Outgoing.Mark) {
        run.detach()
        unsafe store.forEachInvocationChange { family, key, value in
            guard family == .state, let count = unsafe ShardStore.objectCount(key) else { return }
            unsafe run.detached?.state[String(decoding: key[count...], as: UTF8.self)] = unsafe .some(
                value.map { unsafe [UInt8]($0) })
        }
        run.detached?.emissions = outgoing.emissions[mark.emissions...].map { emission in
            let value = emission.start + max(0, emission.keyCount)
            return MessageCodec.Emission(
                sequence: 0, cluster: settings.sinks[emission.sink], topic: outgoing.topics[emission.topic],
                key: emission.keyCount < 0
                    ? nil : [UInt8](outgoing.bytes[emission.start..<emission.start + emission.keyCount]),
                value: emission.valueCount < 0 ? nil : [UInt8](outgoing.bytes[value..<value + emission.valueCount]),
                headers: emission.headers)
        }
        run.detached?.sends = pendingSends
        run.detached?.cancellations = pendingCancels
        rollBack(mark)
    }

    /// Gives a waiting invocation its place: at the head of its key's queue, durably.
    func wait(_ run: InvocationRun, _ stored: StoredInvocation, _ handler: ServiceTable.Handler) {
        let queue = makeQueue(for: stored, handler)
        enqueue(queueable(stored, handler), in: queue)
        setWaiting(queue, run)
    }

    func setWaiting(_ queue: VirtualQueue, _ run: InvocationRun) {
        queue.state = .waiting(run)
        run.queue = queue
        waitingRuns.append(run)
        counters.waiting.store(waitingRuns.count, ordering: .relaxed)
    }

    /// Runs jobs of waiting handlers that have become ready, and ends the runs that are over.
    func runJobs() {
        if executor.takeForeign() {}
        while executor.drainLocal() {}
        guard !waitingRuns.isEmpty else { return }
        var at = 0
        while at < waitingRuns.count {
            let run = waitingRuns[at]
            guard let result = run.result else {
                at += 1
                continue
            }
            waitingRuns.swapAt(at, waitingRuns.count - 1)
            waitingRuns.removeLast()
            counters.waiting.store(waitingRuns.count, ordering: .relaxed)
            finish(run, result)
        }
    }

    /// Applies what a run that waited has decided.
    private func finish(_ run: InvocationRun, _ result: Result<Void, any Error>) {
        guard let queue = run.queue, let handler = run.handler else { return }
        run.queue = nil
        var outcome = result
        if let error = run.end(), case .success = outcome { outcome = .failure(error) }
        let detached = run.detached
        run.detached = nil
        if case .success = outcome, let detached {
            do { try apply(detached, handler) } catch { outcome = .failure(error) }
        }
        queue.state = .ready
        switch outcome {
        case .success:
            removeHead(queue)
            schedule(queue)
        case .failure(let error):
            guard let head = loadHead(queue) else { return }
            failHead(queue, head, handler, error)
        }
    }

    private func apply(_ detached: InvocationRun.Detached, _ handler: ServiceTable.Handler) throws {
        store.beginInvocation()
        let mark = outgoing.mark
        do {
            rowKey.truncate(to: 2)
            unsafe detached.key.withUnsafeBytes { unsafe rowKey.appendObject(service: handler.service, key: $0) }
            let objectCount = rowKey.count
            if detached.isCleared {
                for key in try unsafe store.objectKeys(rowKey.bytes) {
                    unsafe key.withUnsafeBytes { unsafe store.delete(.state, $0, objectCount: objectCount) }
                }
            }
            for (name, value) in detached.state.sorted(by: { $0.key < $1.key }) {
                rowKey.truncate(to: objectCount)
                rowKey.append(name)
                if let value {
                    unsafe value.withUnsafeBytes {
                        unsafe store.put(.state, rowKey.bytes, $0, objectCount: objectCount)
                    }
                } else {
                    unsafe store.delete(.state, rowKey.bytes, objectCount: objectCount)
                }
            }
            for emission in detached.emissions {
                let sink = try sink(emission.cluster)
                unsafe withBytes(emission.key) { key in
                    unsafe withBytes(emission.value) { value in
                        unsafe outgoing.emit(
                            sink: sink, topic: emission.topic, key: key, value: value, headers: emission.headers)
                    }
                }
            }
            store.keepInvocation()
            pendingSends = detached.sends
            pendingCancels = detached.cancellations
            dispatchPending()
        } catch {
            rollBack(mark)
            throw error
        }
    }

    private func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let bytes else { return body(nil) }
        unsafe bytes.withUnsafeBytes { unsafe body($0) }
    }

    // MARK: Sending

    /// An invocation that a handler sends.
    func makeInvocation(
        _ target: ServiceTable.Handler, key: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer,
        delayMilliseconds: Int64
    ) -> StoredInvocation {
        // A service without keys runs where it was sent from.
        let hash = unsafe target.isKeyed ? XXH64.hash(key) : UInt64(index)
        let due = delayMilliseconds > 0 ? UInt64(now + delayMilliseconds) : 0
        return unsafe StoredInvocation(
            id: nextInvocationID(keyHash: hash, due: due), service: target.service, handler: target.name,
            key: [UInt8](key), payload: [UInt8](payload), source: nil, acceptedAtMilliseconds: now)
    }

    func send(_ invocation: StoredInvocation) { pendingSends.append(invocation) }
    func cancel(_ id: InvocationID) { pendingCancels.append(id) }

    /// Sends what a kept invocation sent: to this shard at once, to others with the batch.
    private func dispatchPending() {
        for invocation in pendingSends {
            let target = shard(of: invocation.id)
            if target == index { accept(invocation) } else { outgoing.send(.invoke(invocation), to: target) }
        }
        pendingSends.removeAll(keepingCapacity: true)
        for id in pendingCancels {
            let target = shard(of: id)
            if target == index { cancelTimer(id) } else { outgoing.send(.cancel(id), to: target) }
        }
        pendingCancels.removeAll(keepingCapacity: true)
    }

    /// Takes an invocation of a key of this shard: a timer, or to be run in this turn.
    func accept(_ invocation: StoredInvocation) {
        if invocation.id.dueMilliseconds > 0 { storeTimer(invocation) } else { localInvocations.append(invocation) }
    }

    /// Runs what was sent to keys of this shard, and what that sends in turn.
    func runLocalInvocations() {
        var at = 0
        while at < localInvocations.count {
            let invocation = localInvocations[at]
            at += 1
            run(invocation)
        }
        localInvocations.removeAll(keepingCapacity: true)
    }

    /// Runs an invocation now where its key is idle; otherwise, or when the turn has done enough, it is queued.
    func run(_ invocation: StoredInvocation) {
        guard let handler = services.find(service: invocation.service, handler: invocation.handler) else {
            return park(unknown: invocation)
        }
        turnInvocations += 1
        if handler.isKeyed {
            let busy =
                unsafe queues.isEmpty
                ? nil
                : invocation.key.withUnsafeBytes {
                    unsafe queue(handler.service, invocation.id.keyHash, $0)
                }
            if let busy { return enqueue(invocation, in: busy) }
        }
        if turnInvocations > limits.turnInvocations {
            let queue = makeQueue(for: invocation, handler)
            enqueue(queueable(invocation, handler), in: queue)
            return schedule(queue)
        }
        let run = takeRun()
        switch start(run, handler, invocation) {
        case .finished: giveBack(run)
        case .failed(let error):
            giveBack(run)
            failNew(invocation, handler, error)
        case .waiting: wait(run, invocation, handler)
        }
    }

    func start(_ run: InvocationRun, _ handler: ServiceTable.Handler, _ invocation: StoredInvocation) -> Outcome {
        unsafe invocation.key.withUnsafeBytes { key in
            unsafe invocation.payload.withUnsafeBytes { payload in
                unsafe start(
                    run, handler, invocation.id, invocation.id.keyHash, key, payload, batch: nil, entry: 0,
                    source: invocation.source)
            }
        }
    }
}
