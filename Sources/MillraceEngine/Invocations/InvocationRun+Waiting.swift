import Millrace
import MillraceProtocol
import MillraceStore

/// Waiting: what it is for, and how the handler takes note of what has come.
extension InvocationRun {
    /// A place in the handler that waits.
    @safe final class Waiter {
        let wait: DurableWait
        let continuation: UnsafeContinuation<Void, any Error>
        /// For a flat "all": what has not come yet, so that ten thousand results do not cost their square.
        private var missing: Set<DurableID>?
        private let endsWithFailure: Bool
        private var isDecided = false

        init(_ wait: DurableWait, _ continuation: UnsafeContinuation<Void, any Error>, _ run: InvocationRun) {
            self.wait = wait
            unsafe self.continuation = unsafe continuation
            var endsWithFailure = false
            var children: [DurableWait]?
            switch wait {
            case .all(let all): children = all
            case .allSuccess(let all):
                children = all
                endsWithFailure = true
            default: break
            }
            self.endsWithFailure = endsWithFailure
            guard let children else { return }
            var ids = Set<DurableID>(minimumCapacity: children.count)
            for child in children {
                guard case .result(let id) = child else { return }
                if run.outcomes[id] == nil { ids.insert(id) }
            }
            missing = ids
        }

        /// Learns of a result.
        func note(_ id: DurableID, _ result: DurableResult) {
            guard missing?.remove(id) != nil else { return }
            if missing?.isEmpty == true || endsWithFailure && !result.isSuccess { isDecided = true }
        }

        func isDecided(_ run: InvocationRun) -> Bool {
            if missing != nil { return isDecided }
            return run.isDecided(wait)
        }
    }

    func isDecided(_ wait: DurableWait) -> Bool {
        wait.decide { decision(of: $0) } != nil
    }

    // MARK: InvocationScope

    func timer(dueAtMilliseconds due: Int64, _ ticket: UInt64) throws -> DurableID {
        try checkWaiting(ticket)
        let number = nextCompletion()
        let due = UInt64(max(0, due))
        if let command = try command(SleepCommand(wakeUpTime: due, resultCompletionID: number)) {
            openTimers[number] = command.wakeUpTime
        } else {
            openTimers[number] = due
            shard.pendingTimers.append((id, number, due))
        }
        return .completion(number)
    }

    func awakeable(_ ticket: UInt64) throws -> UInt32 {
        try checkWaiting(ticket)
        signalCounter += 1
        return signalCounter
    }

    func nextSignal(_ name: String, _ ticket: UInt64) throws -> DurableID {
        try checkWaiting(ticket)
        defer { signalOrdinals[name, default: 0] += 1 }
        return .namedSignal(name, signalOrdinals[name, default: 0])
    }

    func outcome(of id: DurableID, _ ticket: UInt64) throws -> DurableOutcome? {
        try check(ticket)
        return outcomes[id]
    }

    func settle(_ wait: DurableWait, _ ticket: UInt64) throws -> Bool {
        try checkWaiting(ticket)
        // Whoever came first takes note first; behind other waiters the shard gives the turns.
        guard waiters.isEmpty else { return false }
        repeat {
            if isCancelRequested { throw cancellation() }
            if isDecided(wait) { return true }
        } while takeNote()
        return false
    }

    func wait(for wait: DurableWait, _ ticket: UInt64) async throws {
        if recorded.hasCommands, nextArrival == arrivals.count, openSteps.isEmpty {
            throw mismatched(recorded.takeCommand(), "a wait for what is not in the journal")
        }
        try await unsafe withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
            unsafe waiters.append(Waiter(wait, continuation, self))
        }
    }

    // MARK: Taking note

    /// Lets the handler know of the next thing that has happened. Returns false where there is none.
    func takeNote() -> Bool {
        guard nextArrival < arrivals.count else { return false }
        let arrival = arrivals[nextArrival]
        nextArrival += 1
        if nextArrival == arrivals.count {
            arrivals.removeAll(keepingCapacity: true)
            nextArrival = 0
        }
        time = max(time, arrival.time)
        dependsOnBatch = max(dependsOnBatch, arrival.batch)
        if arrival.id == .cancel {
            isCancelRequested = true
            return true
        }
        outcomes.insert(DurableOutcome(order: outcomes.count, result: arrival.result), for: arrival.id)
        if !openTimers.isEmpty, case .completion(let number) = arrival.id { openTimers[number] = nil }
        for waiter in waiters { waiter.note(arrival.id, arrival.result) }
        return true
    }

    /// The error of a cancelled invocation, after its callees have been cancelled too.
    private func cancellation() -> any Error {
        isCancelRequested = false
        for callee in callees {
            do { try signal(callee.id, .index(1), .void, ticket) } catch { return error }
        }
        return TerminalError.cancelled
    }

    /// Lets the handler go on as far as it can by what has come. The run's slice is open.
    func proceed() {
        while ending == nil, !isReleased {
            if isCancelRequested, let waiter = waiters.first {
                waiters.removeFirst()
                unsafe waiter.continuation.resume(throwing: cancellation())
            } else if let at = waiters.firstIndex(where: { $0.isDecided(self) }) {
                unsafe waiters.remove(at: at).continuation.resume()
            } else if waiters.isEmpty || !takeNote() {
                return
            } else {
                continue
            }
            while shard.executor.drainLocal() {}
            guard shard.active === self else { return }
        }
    }

    /// Whether something has come that the waiting handler has not taken note of.
    var hasNews: Bool { !waiters.isEmpty && (nextArrival < arrivals.count || isCancelRequested) }

    /// Whether it may wait for other invocations.
    var hasOthers: Bool { !callees.isEmpty || !attachments.isEmpty }

    /// Notes whom it may wait for from now on.
    func needs(_ other: NeededInvocation) {
        if other.kind == .attach { attachments.append(other) } else { callees.append(other) }
        if other.mayBeJoined { mayHaveJoined = true }
    }

    /// The invocations that the run cannot go on without, whatever else happens: each of its waits needs each of them, and nothing else
    /// of it is under way.
    var needed: [NeededInvocation] {
        guard !waiters.isEmpty, !hasNews, !isReplaying, openSteps.isEmpty, openTasks == 0, held == nil, ending == nil,
            !isReleased
        else { return [] }
        return [callees, attachments].joined().filter { other in
            let id = DurableID.completion(other.completion)
            return outcomes[id] == nil && waiters.allSatisfy { $0.wait.needs(id) { decision(of: $0) } }
        }
    }

    private func decision(of id: DurableID) -> DurableWait.Decision? {
        outcomes[id].map { DurableWait.Decision(order: $0.order, isSuccess: $0.result.isSuccess) }
    }

    /// Ends the handler's task without it having any effect, so that its memory is free. The task's last steps are jobs like any
    /// other: running them here would let other runs go on in the midst of what the shard is doing.
    func release() {
        isReleased = true
        stopRunning()
        let waiting = waiters
        waiters = []
        for waiter in waiting { unsafe waiter.continuation.resume(throwing: InvocationReleased()) }
        endHeld()
    }

    /// Ends steps that are between two attempts, or have not begun: nobody is interested in their results any more.
    func endHeld() {
        while let held { held.cancel() }
    }
}
