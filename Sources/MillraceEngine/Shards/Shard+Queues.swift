import Millrace
import MillraceStore
import Synchronization

/// Virtual queues: the busy keys of the shard.
extension Shard {
    // MARK: Finding and making

    @inline(__always)
    func queue(_ service: String, _ keyHash: UInt64, _ key: UnsafeRawBufferPointer) -> VirtualQueue? {
        var queue = queues[queueHash(service, keyHash)]
        while let candidate = queue {
            if unsafe candidate.matches(service: service, key: key) { return candidate }
            queue = candidate.collision
        }
        return nil
    }

    /// An invocation as it stands in a queue. One of a service without keys has a queue of its own, named by its id.
    func queueable(_ invocation: StoredInvocation, _ handler: ServiceTable.Handler) -> StoredInvocation {
        guard !handler.isKeyed else { return invocation }
        var own = invocation
        own.key = invocation.id.bytes
        return own
    }

    func makeQueue(for invocation: StoredInvocation, _ handler: ServiceTable.Handler) -> VirtualQueue {
        let key = queueable(invocation, handler).key
        let hash = queueHash(invocation.service, invocation.id.keyHash)
        if let known = unsafe key.withUnsafeBytes({ unsafe self.queue(invocation.service, invocation.id.keyHash, $0) })
        {
            return known
        }
        let queue = VirtualQueue(service: invocation.service, key: key, hash: hash, head: 1, tail: 1)
        insert(queue)
        return queue
    }

    func insert(_ queue: VirtualQueue) {
        queue.collision = queues[queue.hash]
        queues[queue.hash] = queue
        counters.busyKeys.add(1, ordering: .relaxed)
    }

    private func remove(_ queue: VirtualQueue) {
        if queues[queue.hash] === queue {
            queues[queue.hash] = queue.collision
        } else {
            var before = queues[queue.hash]
            while let candidate = before, candidate.collision !== queue { before = candidate.collision }
            before?.collision = queue.collision
        }
        queue.collision = nil
        counters.busyKeys.subtract(1, ordering: .relaxed)
    }

    // MARK: Rows

    private func selectHeader(_ queue: VirtualQueue) {
        rowKey.truncate(to: 2)
        rowKey.append(UInt8(ascii: "q"))
        unsafe queue.key.withUnsafeBytes { unsafe rowKey.appendObject(service: queue.service, key: $0) }
    }

    private func selectEntry(_ queue: VirtualQueue, _ number: UInt64) {
        rowKey.truncate(to: 2)
        unsafe queue.key.withUnsafeBytes { unsafe rowKey.appendObject(service: queue.service, key: $0) }
        rowKey.append(number)
    }

    func storeHeader(_ queue: VirtualQueue) {
        var until: Int64 = 0
        let state: QueueHeader.State
        switch queue.state {
        case .ready, .waiting: state = .ready
        case .parked: state = .parked
        case .stopped: state = .stopped
        case .backingOff(let time):
            state = .backingOff
            until = time
        }
        let header = QueueHeader(
            head: queue.head, tail: queue.tail, state: state, untilMilliseconds: until, failure: queue.failure)
        selectHeader(queue)
        unsafe header.encode().withUnsafeBytes { unsafe store.put(.meta, rowKey.bytes, $0) }
    }

    /// Appends an invocation, durably with the batch.
    func enqueue(_ invocation: StoredInvocation, in queue: VirtualQueue) {
        var bytes: [UInt8] = []
        invocation.encode(into: &bytes)
        selectEntry(queue, queue.tail)
        unsafe bytes.withUnsafeBytes { unsafe store.putNew(.inbox, rowKey.bytes, $0) }
        let inMemory = queue.loaded.count - queue.loadedOffset
        if inMemory == queue.count, inMemory < Self.loadedInvocations { queue.loaded.append(invocation) }
        queue.tail += 1
        queuedCount += 1
        storeHeader(queue)
    }

    /// How many invocations of a queue are kept in memory.
    static let loadedInvocations = 256

    /// The first invocation of a queue, read from the store where it is not in memory.
    func loadHead(_ queue: VirtualQueue) -> StoredInvocation? {
        if queue.loadedOffset < queue.loaded.count { return queue.loaded[queue.loadedOffset] }
        queue.loaded.removeAll(keepingCapacity: true)
        queue.loadedOffset = 0
        selectEntry(queue, queue.head)
        let lower = unsafe [UInt8](rowKey.bytes)
        selectEntry(queue, queue.head + UInt64(min(Self.loadedInvocations, queue.count)))
        let upper = unsafe [UInt8](rowKey.bytes)
        do {
            for row in try store.scan(.inbox, from: lower, to: upper) {
                unsafe queue.loaded.append(try row.value.withUnsafeBytes { try unsafe StoredInvocation(decoding: $0) })
            }
        } catch {
            // The disk has failed to read, or holds what is no invocation: the key waits, nothing is lost.
            queue.failure.lastError = "\(error)"
            queue.state = .parked
            observer.parked(
                service: queue.service, handler: "?", key: ObjectKey(queue.key), source: nil,
                attempts: queue.failure.attempts, error: "\(error)")
            return nil
        }
        return queue.loaded.first
    }

    /// Takes the head off: it is done.
    func removeHead(_ queue: VirtualQueue) {
        selectEntry(queue, queue.head)
        unsafe store.delete(.inbox, rowKey.bytes)
        queue.head += 1
        queue.failure = HeadFailure()
        queuedCount -= 1
        if queue.loadedOffset < queue.loaded.count {
            queue.loadedOffset += 1
            if queue.loadedOffset == queue.loaded.count {
                queue.loaded.removeAll(keepingCapacity: true)
                queue.loadedOffset = 0
            }
        }
        if queue.count == 0 {
            selectHeader(queue)
            unsafe store.delete(.meta, rowKey.bytes)
            remove(queue)
        } else {
            storeHeader(queue)
        }
    }

    // MARK: Running

    func schedule(_ queue: VirtualQueue) {
        guard queue.count > 0, !queue.isScheduled, case .ready = queue.state else { return }
        queue.isScheduled = true
        scheduled.append(queue)
    }

    /// Runs the heads of the scheduled queues, a few of each in turn, until the turn has done enough.
    func runScheduled() {
        var left = limits.turnInvocations
        while left > 0, !scheduled.isEmpty {
            let round = scheduled
            scheduled.removeAll()
            for (at, queue) in round.enumerated() {
                if left <= 0 {
                    scheduled.append(contentsOf: round[at...])
                    break
                }
                queue.isScheduled = false
                var few = min(left, 64)
                while few > 0, queue.count > 0, case .ready = queue.state {
                    few -= 1
                    left -= 1
                    runHead(queue)
                }
                schedule(queue)
            }
        }
    }

    private func runHead(_ queue: VirtualQueue) {
        guard let head = loadHead(queue) else { return }
        guard let handler = services.find(service: head.service, handler: head.handler) else {
            return parkHead(queue, head, "no service of this application has a handler \(head.service)/\(head.handler)")
        }
        let run = takeRun()
        switch start(run, handler, head) {
        case .finished:
            giveBack(run)
            removeHead(queue)
            if !localInvocations.isEmpty { runLocalInvocations() }
        case .failed(let error):
            giveBack(run)
            failHead(queue, head, handler, error)
        case .waiting:
            setWaiting(queue, run)
        }
    }

    // MARK: Failures

    /// What becomes of an invocation that failed at its first, inline attempt.
    func failNew(_ invocation: StoredInvocation, _ handler: ServiceTable.Handler, _ error: any Error) {
        if policy(invocation).then == .skip, pause(invocation, error, attempts: 1) == nil {
            counters.failures.add(1, ordering: .relaxed)
            return observer.skipped(
                service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
                source: invocation.source, attempts: 1, error: "\(error)")
        }
        let queue = makeQueue(for: invocation, handler)
        let own = queueable(invocation, handler)
        enqueue(own, in: queue)
        failHead(queue, own, handler, error)
    }

    /// What becomes of a queue whose head failed: another attempt later, or its policy's end.
    func failHead(
        _ queue: VirtualQueue, _ invocation: StoredInvocation, _ handler: ServiceTable.Handler, _ error: any Error
    ) {
        counters.failures.add(1, ordering: .relaxed)
        queue.failure.attempts += 1
        if queue.failure.attempts == 1 { queue.failure.firstFailedMilliseconds = now }
        queue.failure.lastError = String("\(error)".prefix(QueueHeader.maxErrorBytes))
        if let pause = pause(invocation, error, attempts: queue.failure.attempts) {
            queue.state = .backingOff(until: now + pause)
            retries.add(queue, due: now + pause)
            storeHeader(queue)
            return observer.retrying(
                service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
                source: invocation.source, attempt: queue.failure.attempts, pauseMilliseconds: pause,
                error: queue.failure.lastError)
        }
        switch policy(invocation).then {
        case .skip:
            observer.skipped(
                service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
                source: invocation.source, attempts: queue.failure.attempts, error: queue.failure.lastError)
            queue.state = .ready
            removeHead(queue)
            schedule(queue)
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

    private func parkHead(
        _ queue: VirtualQueue, _ invocation: StoredInvocation, _ error: String, as state: VirtualQueue.State = .parked
    ) {
        queue.failure.lastError = error
        queue.state = state
        counters.parkedKeys.add(1, ordering: .relaxed)
        storeHeader(queue)
        observer.parked(
            service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
            source: invocation.source, attempts: queue.failure.attempts, error: error)
    }

    /// An invocation of a handler that this application does not have waits for a version that has it.
    func park(unknown invocation: StoredInvocation) {
        let hash = queueHash(invocation.service, invocation.id.keyHash)
        let queue: VirtualQueue
        if let known = unsafe invocation.key.withUnsafeBytes({
            unsafe self.queue(invocation.service, invocation.id.keyHash, $0)
        }) {
            queue = known
        } else {
            queue = VirtualQueue(service: invocation.service, key: invocation.key, hash: hash, head: 1, tail: 1)
            insert(queue)
        }
        enqueue(invocation, in: queue)
        if queue.count == 1 {
            parkHead(
                queue, invocation,
                "no service of this application has a handler \(invocation.service)/\(invocation.handler)")
        }
    }

    private func policy(_ invocation: StoredInvocation) -> ErrorPolicy {
        guard let source = invocation.source,
            let intake = settings.intakes.first(where: { $0.subscription.name == source.subscription })
        else { return settings.defaultPolicy }
        return intake.subscription.onError
    }

    /// The pause before the next attempt, or `nil` when there is to be none.
    private func pause(_ invocation: StoredInvocation, _ error: any Error, attempts: Int) -> Int64? {
        switch error {
        case is TerminalError, is SerdeError: nil
        default: policy(invocation).pauseMilliseconds(afterAttempts: attempts)
        }
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
