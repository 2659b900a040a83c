import Millrace
import MillraceStore
import Synchronization

/// Virtual queues: the busy keys of the shard.
extension Shard {
    // MARK: Finding and making

    /// Whether any key is busy.
    @inline(__always)
    var hasQueues: Bool { !queues.isEmpty || !suspended.isEmpty }

    @inline(__always)
    func queue(_ service: String, _ keyHash: UInt64, _ key: UnsafeRawBufferPointer) -> VirtualQueue? {
        let hash = queueHash(service, keyHash)
        var queue = queues[hash]
        while let candidate = queue {
            if unsafe candidate.matches(service: service, key: key) { return candidate }
            queue = candidate.collision
        }
        if suspended.isEmpty || !suspended.contains(hash) { return nil }
        return unsafe loadSuspended(service, hash, key)
    }

    /// Brings a queue back into memory that is only stored, if the key has one.
    private func loadSuspended(_ service: String, _ hash: UInt64, _ key: UnsafeRawBufferPointer) -> VirtualQueue? {
        rowKey.truncate(to: 2)
        rowKey.append(UInt8(ascii: "q"))
        unsafe rowKey.appendObject(service: service, key: key)
        do throws(StoreError) {
            guard let row = try unsafe store.get(.meta, rowKey.bytes) else { return nil }
            guard let header = unsafe QueueHeader(row) else {
                throw .damaged(directory: "", reason: "shard \(index) has a queue header that cannot be read")
            }
            let queue = VirtualQueue(service: service, key: unsafe [UInt8](key), hash: hash, header)
            queue.state = .suspended
            queue.chunks = header.chunks
            suspended.remove(hash)
            link(queue)
            return queue
        } catch {
            // Nobody knows whether the key is busy: the turn must not be committed.
            if readFailure == nil { readFailure = error }
            return nil
        }
    }

    /// Leaves a suspended queue to its rows, unless others stand behind its head, or it is known for which others the head waits, or, where
    /// somebody has asked, that it waits for none: to find that out again it would be replayed.
    func unload(_ queue: VirtualQueue) {
        guard case .suspended = queue.state, queue.count == 1, !queue.isScheduled,
            queue.needed?.isEmpty ?? true, queue.needed == nil || !queue.isSearched
        else { return }
        unlink(queue)
        suspended.insert(queue.hash)
        // When it comes back it is another object.
        queue.deadlockDue = nil
    }

    /// The queue that an invocation belongs in, made where there is none: its key's, or, for one that has nothing to wait
    /// for behind others, one of its own, named by its id.
    func makeQueue(for invocation: StoredInvocation, _ handler: ServiceTable.Handler?) -> VirtualQueue {
        let isExclusive = handler?.isExclusive ?? true
        let service = isExclusive ? invocation.service : ""
        let key = isExclusive ? invocation.key : invocation.id.bytes
        if let known = unsafe key.withUnsafeBytes({ unsafe self.queue(service, invocation.id.keyHash, $0) }) {
            return known
        }
        let queue = VirtualQueue(
            service: service, key: key, hash: queueHash(service, invocation.id.keyHash), head: 1, tail: 1)
        insert(queue)
        return queue
    }

    func insert(_ queue: VirtualQueue) {
        link(queue)
        counters.busyKeys.add(1, ordering: .relaxed)
    }

    private func remove(_ queue: VirtualQueue) {
        unlink(queue)
        counters.busyKeys.subtract(1, ordering: .relaxed)
    }

    private func link(_ queue: VirtualQueue) {
        queue.collision = queues[queue.hash]
        queues[queue.hash] = queue
    }

    private func unlink(_ queue: VirtualQueue) {
        if queues[queue.hash] === queue {
            queues[queue.hash] = queue.collision
        } else {
            var before = queues[queue.hash]
            while let candidate = before, candidate.collision !== queue { before = candidate.collision }
            before?.collision = queue.collision
        }
        queue.collision = nil
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

    /// Makes an invocation the value of the row that is written next.
    func select(value invocation: StoredInvocation) {
        rowValue.removeAll()
        invocation.encode(into: &rowValue)
    }

    func storeHeader(_ queue: VirtualQueue) {
        var until: Int64 = 0
        let state: QueueHeader.State
        switch queue.state {
        case .ready, .waiting: state = .ready
        case .suspended: state = .suspended
        case .parked: state = .parked
        case .stopped: state = .stopped
        case .backingOff(let time):
            state = .backingOff
            until = time
        }
        let header = QueueHeader(
            head: queue.head, tail: queue.tail, state: state, untilMilliseconds: until, isStarted: queue.isStarted,
            hasCalls: queue.hasCalls, chunks: queue.chunks, failure: queue.failure)
        selectHeader(queue)
        rowValue.removeAll()
        header.encode(into: &rowValue)
        unsafe store.put(.meta, rowKey.bytes, rowValue.bytes)
    }

    /// Appends an invocation that finds its key busy. It is known by its id from now on, so that it can be cancelled.
    func enqueue(waiting invocation: StoredInvocation, in queue: VirtualQueue) {
        if let caller = invocation.caller, let head = invocation.callers.isEmpty ? nil : loadHead(queue)?.id,
            invocation.callers.contains(head)
        {
            observer.deadlocked(
                service: invocation.service, handler: invocation.handler, key: ObjectKey(invocation.key),
                waiting: invocation.id,
                holding: head)
            counters.deadlocks.add(1, ordering: .relaxed)
            if limits.failsDeadlocks {
                return answer(
                    caller,
                    .failure(
                        .deadlock(
                            service: invocation.service, handler: invocation.handler, key: invocation.key, holding: head
                        )))
            }
        }
        if invocation.source == nil || invocation.id.isDerived {
            let known = invocation.id.isDerived || invocation.hasRecord ? record(of: invocation.id) : nil
            var record = InvocationRecord(
                status: .queued, queueService: queue.service, queueKey: queue.key, service: invocation.service,
                handler: invocation.handler, key: invocation.key, createdMilliseconds: invocation.acceptedAtMilliseconds
            )
            record.queueNumber = queue.tail
            record.listeners = known?.listeners ?? []
            record.chunks = known?.chunks ?? 0
            putRecord(invocation.id, record)
        }
        guard queue.count > 0, case .invocation = invocation.caller else { return enqueue(invocation, in: queue) }
        queue.hasCalls = true
        enqueue(invocation, in: queue)
        watchForDeadlock(queue)
    }

    /// Appends an invocation, durably with the batch.
    func enqueue(_ invocation: StoredInvocation, in queue: VirtualQueue) {
        select(value: invocation)
        selectEntry(queue, queue.tail)
        unsafe store.putNew(.inbox, rowKey.bytes, rowValue.bytes)
        let inMemory = queue.loaded.count - queue.loadedOffset
        if inMemory == queue.count, inMemory < Self.loadedInvocations { queue.loaded.append(invocation) }
        queue.tail += 1
        queuedCount += 1
        storeHeader(queue)
    }

    /// How many invocations of a queue are kept in memory.
    static let loadedInvocations = 256
    /// Queues no longer than this are read row by row: a scan looks at all changed rows of the shard.
    private static let fewInvocations = 8

    /// The first invocation of a queue, read from the store where it is not in memory.
    func loadHead(_ queue: VirtualQueue) -> StoredInvocation? {
        if queue.loadedOffset < queue.loaded.count { return queue.loaded[queue.loadedOffset] }
        queue.loaded.removeAll(keepingCapacity: true)
        queue.loadedOffset = 0
        do {
            if queue.count <= Self.fewInvocations {
                for number in queue.head..<queue.tail {
                    selectEntry(queue, number)
                    guard let row = try unsafe store.get(.inbox, rowKey.bytes) else { throw RecordError() }
                    queue.loaded.append(try unsafe StoredInvocation(decoding: row))
                }
            } else {
                selectEntry(queue, queue.head)
                let lower = unsafe [UInt8](rowKey.bytes)
                selectEntry(queue, queue.head + UInt64(min(Self.loadedInvocations, queue.count)))
                let upper = unsafe [UInt8](rowKey.bytes)
                for row in try store.scan(.inbox, from: lower, to: upper) {
                    unsafe queue.loaded.append(
                        try row.value.withUnsafeBytes { try unsafe StoredInvocation(decoding: $0) })
                }
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

    /// Takes an invocation out of the line in which it stands, and returns it. What is left of it is its place.
    func vacate(_ number: UInt64, of queue: VirtualQueue) -> StoredInvocation? {
        guard number >= queue.head, number < queue.tail else { return nil }
        selectEntry(queue, number)
        let invocation: StoredInvocation
        do {
            guard let row = try unsafe store.get(.inbox, rowKey.bytes) else { return nil }
            invocation = try unsafe StoredInvocation(decoding: row)
        } catch {
            // It would run although others are told that it does not: the turn must not be committed.
            if readFailure == nil {
                readFailure = error as? StoreError ?? .damaged(directory: "", reason: "shard \(index): \(error)")
            }
            return nil
        }
        var place = invocation
        place.isGone = true
        place.caller = nil
        place.payload = []
        select(value: place)
        unsafe store.put(.inbox, rowKey.bytes, rowValue.bytes)
        let at = queue.loadedOffset + Int(number - queue.head)
        if at < queue.loaded.count { queue.loaded[at] = place }
        if number == queue.head, case .ready = queue.state {
            removeHead(queue)
            schedule(queue)
        }
        return invocation
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
        guard var head = loadHead(queue) else { return }
        if head.isGone { return removeHead(queue) }
        guard let handler = services.find(service: head.service, handler: head.handler) else {
            return parkHead(queue, head, "no service of this application has a handler \(head.service)/\(head.handler)")
        }
        if !queue.isStarted, head.source == nil || head.id.isDerived {
            guard let record = record(of: head.id) else { return start(queue, head, handler) }
            head.hasRecord = true
            if record.chunks > 0 { beginWithJournal(queue, head, record) }
        }
        start(queue, head, handler)
    }

    /// Signals have come before the start: they are a journal that has no commands yet.
    private func beginWithJournal(_ queue: VirtualQueue, _ head: StoredInvocation, _ known: InvocationRecord) {
        queue.isStarted = true
        queue.chunks = known.chunks
        var record = known
        record.status = .started
        record.chunks = 0
        putRecord(head.id, record)
        storeHeader(queue)
    }

    private func start(_ queue: VirtualQueue, _ head: StoredInvocation, _ handler: ServiceTable.Handler) {
        var journal: RecordedJournal?
        if queue.isStarted {
            do {
                var found = try loadJournal(of: head.id, queue)
                // Who has done nothing yet is there since a batch, too.
                found.lastBatch = max(found.lastBatch, try batchOfRecord(head.id))
                journal = found
            } catch {
                return parkHead(queue, head, "its journal cannot be read: \(error)")
            }
        }
        let run = takeRun()
        run.origin = queue
        if let journal {
            do { try run.prepareReplay(journal) } catch {
                return parkHead(queue, head, "its journal cannot be read: \(error)")
            }
            run.resume(in: queue, head)
            runs[head.id] = run
            queue.state = .waiting(run)
        }
        switch start(run, handler, head) {
        case .finished:
            giveBack(run)
            removeHead(queue)
            if !localInvocations.isEmpty || !deliveries.isEmpty { runLocalInvocations() }
        case .failed(let error):
            giveBack(run)
            failHead(queue, head, handler, error)
        case .placed: break
        }
    }
}
