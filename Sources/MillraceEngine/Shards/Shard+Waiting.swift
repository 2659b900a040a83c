import Millrace
import MillraceStore
import Synchronization

/// Runs that wait: how they go on, and when their memory is released.
extension Shard {
    // MARK: Going on

    /// Puts a run where it is looked at in this turn.
    func ready(_ run: InvocationRun) {
        guard !run.isInReadyList, run !== active else { return }
        run.isInReadyList = true
        readyRuns.append(run)
    }

    func proceedReady() {
        let ready = readyRuns
        readyRuns.removeAll(keepingCapacity: true)
        for run in ready {
            run.isInReadyList = false
            guard runs[run.id] === run else { continue }
            turnInvocations += 1
            activate(run)
            run.proceed()
            if active != nil { endSlice() }
        }
    }

    /// Runs jobs of waiting handlers that have become ready, on other threads or by other shards of this one.
    func runJobs() {
        guard executor.takeForeign() || executor.hasLocal else { return }
        running.enterUnknown()
        drainJobs()
        running.leave()
    }

    /// Runs jobs until there are none, and ends the slices that they open.
    func drainJobs() {
        while executor.drainLocal() {}
        if active != nil { endSlice() }
    }

    /// What is written in no batch yet would be lost with the turn's messages: runs whose turn has not come keep it.
    func writeReadyChunks() {
        for run in readyRuns where runs[run.id] === run { writeChunk(of: run) }
    }

    // MARK: Durability

    /// Lets a run go on when everything up to a batch is durable.
    func waitForDurability(_ place: HeldTask, _ batch: UInt64) { durableWaits.append((batch, place)) }

    /// Notes which batches are durable with the commits up to this one. Returns whether those are more than before.
    @discardableResult
    func forgetCommits(upTo commit: UInt64) -> Bool {
        var gone = 0
        while gone < pendingCommits.count, pendingCommits[gone].commit <= commit {
            durableBatch = pendingCommits[gone].batch
            gone += 1
        }
        if gone > 0 { pendingCommits.removeFirst(gone) }
        return gone > 0
    }

    /// Learns that commits up to this one are durable, and lets go on what waits for that.
    func becameDurable(upTo commit: UInt64) {
        guard forgetCommits(upTo: commit) else { return }
        // Those who go on soon wait again.
        var waits: [(batch: UInt64, pause: HeldTask)] = []
        swap(&waits, &spareWaits)
        swap(&waits, &durableWaits)
        for (batch, pause) in waits {
            guard batch <= durableBatch else {
                durableWaits.append((batch, pause))
                continue
            }
            resume(pause)
        }
        waits.removeAll(keepingCapacity: true)
        swap(&waits, &spareWaits)
        runLocalInvocations()
    }

    /// Whether so many runs wait for durability, whose memory cannot be released meanwhile, that sources should pause.
    var hasTooManyHeldRuns: Bool { durableWaits.count > limits.loadedInvocations }

    // MARK: Time

    /// Lets a run go on at a time; not durably.
    func waitUntil(_ due: Int64, _ place: HeldTask) { pauses.add(place, due: due) }

    func resumePauses() {
        while let pause = pauses.popDue(now: now) { resume(pause) }
    }

    private func resume(_ pause: HeldTask) {
        // A step beside the handler may still wait when the handler has ended, or was taken out of memory.
        guard let run = pause.run, run.isRunning, !run.isReleased else { return pause.cancel() }
        activate(run)
        pause.resume()
        while executor.drainLocal() {}
        if active === run { run.proceed() }
        if active != nil { endSlice() }
    }

    func stepRetrying(
        _ run: InvocationRun, _ name: String, attempt: Int, pauseMilliseconds: Int64, _ error: any Error
    ) {
        guard let handler = run.handler else { return }
        counters.failures.add(1, ordering: .relaxed)
        observer.retrying(
            service: handler.service, handler: handler.name, key: ObjectKey(run.makeStored().key),
            source: run.makeStored().source, attempt: attempt, pauseMilliseconds: pauseMilliseconds,
            error: "step '\(name)': \(error)")
    }

    // MARK: Releasing

    /// Notes that a run waits, so that its memory can be released when that takes long.
    func keepIdle(_ run: InvocationRun) {
        guard let handler = run.handler else { return }
        run.beginIdling(until: now + inactivityTimeout(handler))
        // It has one entry, however often it goes on: where that comes too early, it is put off.
        if run.idleEntry == nil { addIdle(run) }
        if idleRuns.count > 4 * limits.loadedInvocations + 1_024 {
            // Most have ended, or have been released, since.
            idleRuns.removeAll { [runs] in runs[$0.id]?.idleEntry != $0.due }
        }
        if run.hasOthers, let queue = run.queue, queue.count > 1 || run.mayHaveJoined { watchForDeadlock(queue) }
        guard runs.count > limits.loadedInvocations else { return }
        oldRuns.append((run.id, run.activity))
    }

    private func addIdle(_ run: InvocationRun) {
        run.idleEntry = run.idleUntil
        idleRuns.add((run.id, run.idleUntil), due: run.idleUntil)
    }

    /// Releases the memory of runs that have been waiting for long, or, where there are too many, for longest.
    func releaseIdle() {
        while let (id, due) = idleRuns.popDue(now: now) {
            // It may be another run of the invocation, with an entry of its own.
            guard let run = runs[id], run.idleEntry == due else { continue }
            watchSteps(of: run)
            run.idleEntry = nil
            // One to which something has happened is about to go on, and then waits anew.
            guard run.isIdle else { continue }
            if run.idleUntil > now { addIdle(run) } else { release(id, run.activity) }
        }
        var at = 0
        while runs.count > limits.loadedInvocations, at < oldRuns.count {
            release(oldRuns[at].id, oldRuns[at].activity)
            at += 1
        }
        oldRuns.removeFirst(at)
    }

    private func release(_ id: InvocationID, _ activity: UInt64) {
        guard let run = runs[id], run.activity == activity, run.canBeReleased, let queue = run.queue else { return }
        writeChunk(of: run)
        queue.needed = run.needed
        discard(run)
        queue.state = .suspended
        queue.loaded = []
        queue.loadedOffset = 0
        storeHeader(queue)
        unload(queue)
    }

    // MARK: Steps that do not return

    /// Looks from now on at the time by which a run's steps have to be done. Most are, long before anybody does.
    private func watchSteps(of run: InvocationRun) {
        guard let handler = run.handler else { return }
        for at in run.openSteps.indices where !run.openSteps[at].isWatched {
            run.openSteps[at].isWatched = true
            let step = run.openSteps[at]
            overdueSteps.add((run.id, step.id, step.since), due: step.since + stepTimeout(handler))
        }
    }

    private func inactivityTimeout(_ handler: ServiceTable.Handler) -> Int64 {
        handler.inactivityMilliseconds ?? limits.inactivityTimeout.wholeMilliseconds
    }

    /// How long a step may run.
    private func stepTimeout(_ handler: ServiceTable.Handler) -> Int64 {
        inactivityTimeout(handler)
            + (handler.options.abortTimeout ?? limits.abortTimeout).wholeMilliseconds
    }

    /// Ends attempts whose step does not return. They count as failed; what the step still returns has no effect.
    func giveUpOverdueSteps() {
        while let (id, number, since) = overdueSteps.popDue(now: now) {
            guard let run = runs[id], let handler = run.handler,
                let step = run.openSteps.first(where: { $0.id == number && $0.since == since }),
                settings.mistake != .stepsAreNotGivenUp
            else { continue }
            activate(run)
            run.abortion = StepFailed(name: step.name, cause: StepTimedOut(milliseconds: stepTimeout(handler)))
            let tasks = run.tasks
            endSlice()
            // A step that listens to that ends sooner. By now its run is released, and what it does is not looked at.
            for task in tasks { task.cancel() }
        }
    }

    /// Ends all runs without effect, when the engine stops: the next start replays them.
    func releaseAll() {
        for run in runs.values { run.release() }
        runs.removeAll()
        for (_, pause) in durableWaits { pause.cancel() }
        durableWaits = []
        while let pause = pauses.popDue(now: .max) { pause.cancel() }
        while executor.drainLocal() {}
        readyRuns = []
        // Runs refer to their shard.
        for first in queues.values {
            for queue in sequence(first: first, next: { $0.collision }) {
                if case .waiting = queue.state { queue.state = .suspended }
            }
        }
        forgetRuns()
    }
}
