import Millrace
import MillraceProtocol
import MillraceStore
import Synchronization

/// What a person does with an invocation.
extension Shard {
    /// Does it, and returns nothing or why it cannot be done.
    func control(_ id: InvocationID, _ control: InvocationControl) -> DurableResult {
        if control == .cancel {
            if let record = record(of: id), record.status == .completed { return .failure(.alreadyCompleted(id)) }
            deliver(.signal(id, .index(1), .void))
            return .void
        }
        guard let record = record(of: id) else { return .failure(.unknown(id)) }
        if control == .purge {
            guard record.status == .completed else { return .failure(.notCompleted(id)) }
            // One that was cancelled while it stood in line is passed over by what is kept of it, and then forgotten.
            if record.endedMilliseconds > 0 { purge(id) }
            return .void
        }
        switch record.status {
        case .completed: return .failure(.alreadyCompleted(id))
        case .scheduled, .queued:
            guard control == .kill else { return .failure(.notStarted(id)) }
            deliver(.signal(id, .index(1), .void))
            return .void
        case .started: break
        }
        guard let queue = queue(of: record), let head = loadHead(queue), head.id == id,
            let handler = services.find(service: head.service, handler: head.handler)
        else { return .failure(.unknown(id)) }
        switch control {
        case .cancel, .purge: return .void
        case .kill: kill(queue, head, handler)
        case .pause:
            stop(queue, id)
            noteGoingOn(queue)
            setParked(queue, head, "paused by a person")
        case .resume:
            switch queue.state {
            case .parked, .stopped, .backingOff: resume(queue)
            case .ready, .waiting, .suspended: return .failure(.notPaused(id))
            }
        case .restart:
            stop(queue, id)
            forgetTimers(of: id, queue)
            deleteJournal(of: id, queue)
            deleteRecord(id)
            queue.isStarted = false
            resume(queue)
        }
        return .void
    }

    /// Takes a queue's head out of memory, where it is.
    private func stop(_ queue: VirtualQueue, _ id: InvocationID) {
        guard let run = runs[id] else { return }
        writeChunk(of: run)
        discard(run)
        queue.state = .ready
    }

    private func resume(_ queue: VirtualQueue) {
        noteGoingOn(queue)
        queue.failure = HeadFailure()
        wake(queue)
    }

    /// Counts a queue that waits for a person no more.
    func noteGoingOn(_ queue: VirtualQueue) {
        switch queue.state {
        case .parked, .stopped: counters.parkedKeys.subtract(1, ordering: .relaxed)
        case .ready, .waiting, .suspended, .backingOff: break
        }
    }

    private func kill(_ queue: VirtualQueue, _ head: StoredInvocation, _ handler: ServiceTable.Handler) {
        stop(queue, head.id)
        noteGoingOn(queue)
        for callee in callees(of: head.id, queue) { answerKill(callee) }
        forgetTimers(of: head.id, queue)
        end(queue, head, handler, .failure(TerminalError("killed", code: TerminalError.conflict)))
    }

    private func answerKill(_ callee: InvocationID) {
        let target = shard(of: callee)
        if target == index { deliveries.append(.kill(callee)) } else { outgoing.send(.kill(callee), to: target) }
    }

    /// The invocations that a queue's head has called, by its journal.
    private func callees(of id: InvocationID, _ queue: VirtualQueue) -> [InvocationID] {
        guard queue.isStarted, let journal = try? loadJournal(of: id, queue) else { return [] }
        // What it has only sent has an id, too, and goes on without it.
        let calls = Set(
            journal.commands.compactMap { entry -> UInt32? in
                guard entry.type == CallCommand.type else { return nil }
                return try? journal.withPayload(entry) { try CallCommand(decoding: $0) }.invocationIDNotification
            })
        return journal.notifications.compactMap { entry in
            guard entry.type == .callInvocationIDCompletion, let notification = try? journal.notification(entry),
                case .invocationID(let text) = notification.result, case .completion(let number) = notification.id,
                calls.contains(number)
            else { return nil }
            return InvocationID(text)
        }
    }

    /// Forgets the timers of a head whose task is gone.
    private func forgetTimers(of id: InvocationID, _ queue: VirtualQueue) {
        guard queue.isStarted, let journal = try? loadJournal(of: id, queue) else { return }
        for entry in journal.commands where entry.type == .sleep {
            guard let sleep = try? journal.withPayload(entry, { try SleepCommand(decoding: $0) }) else { continue }
            forgetTimer(due: sleep.wakeUpTime, id, sleep.resultCompletionID)
        }
    }
}

extension TerminalError {
    fileprivate static func unknown(_ id: InvocationID) -> TerminalError {
        TerminalError("\(id) is not known", code: notFound)
    }

    fileprivate static func alreadyCompleted(_ id: InvocationID) -> TerminalError {
        TerminalError("\(id) has completed already", code: conflict)
    }

    fileprivate static func notCompleted(_ id: InvocationID) -> TerminalError {
        TerminalError("\(id) has not completed; kill it first", code: conflict)
    }

    fileprivate static func notStarted(_ id: InvocationID) -> TerminalError {
        TerminalError("\(id) has not started; cancel it, or wait", code: conflict)
    }

    fileprivate static func notPaused(_ id: InvocationID) -> TerminalError {
        TerminalError(
            "\(id) is running; only what is paused or waits for its next attempt can be resumed", code: conflict)
    }
}
