import Glibc
import Synchronization

/// Runs the tasks of one shard's handlers on the thread of the shard.
///
/// A job that becomes ready on that thread is run in the same turn; one that another thread makes ready (a timer of the
/// user's, an actor) wakes the shard.
final class ShardExecutor: TaskExecutor, @unchecked Sendable {
    // Written once, before any task exists.
    private var owner: pthread_t?
    /// Jobs made ready on the shard's own thread, used by that thread alone.
    private var local: [UnownedJob] = []
    /// How many of them all shards of the thread have; likewise.
    private var ready = ReadyJobs()
    private let foreign = Mutex<[UnownedJob]>([])
    private let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    /// Makes the calling thread the shard's.
    func adoptCurrentThread() { owner = pthread_self() }

    /// Counts its jobs with those of the other shards of its thread. To be called before there is any.
    func join(_ ready: ReadyJobs) { self.ready = ready }

    @inline(__always)
    var isCurrentThread: Bool { owner == pthread_self() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrentThread {
            local.append(job)
            ready.count += 1
        } else {
            let wasEmpty = foreign.withLock { jobs in
                jobs.append(job)
                return jobs.count == 1
            }
            if wasEmpty { wake() }
        }
    }

    /// Whether jobs are ready on the shard's own thread.
    var hasLocal: Bool { !local.isEmpty }

    /// Runs jobs until none is ready. Returns whether there was one.
    func drainLocal() -> Bool {
        guard !local.isEmpty else { return false }
        let executor = unsafe asUnownedTaskExecutor()
        while let job = local.popLast() {
            ready.count -= 1
            unsafe job.runSynchronously(on: executor)
        }
        return true
    }

    /// Takes over the jobs that other threads have made ready.
    func takeForeign() -> Bool {
        let jobs = foreign.withLock { jobs in
            defer { jobs.removeAll() }
            return jobs
        }
        local.append(contentsOf: jobs.reversed())
        ready.count += jobs.count
        return !jobs.isEmpty
    }
}

/// How many jobs are ready on a thread of shards. Used by that thread alone.
final class ReadyJobs {
    var count = 0
}
