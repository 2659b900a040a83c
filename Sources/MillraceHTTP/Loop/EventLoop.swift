import CUV
import Glibc
import Synchronization

/// A libuv loop, the thread that runs it, and a mailbox for the other threads.
///
/// Before ``start(name:whenEnded:)`` the loop belongs to the thread that made it, and then to its own. It ends when all
/// handles are closed, the mailbox by ``closeMailbox()``.
@safe final class EventLoop: @unchecked Sendable {
    // Mailbox and thread id are safe for all threads; all else is for the loop's thread, which `checkThread` checks.

    let raw: UnsafeMutablePointer<uv_loop_t>
    /// Where the kernel puts what is read. A read's bytes are used before the next read, so one is enough for all.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private var wakeup: LoopWakeup?
    private let mailbox = Mutex(Mailbox())
    private let thread: Atomic<UInt>

    private struct Mailbox {
        var jobs: [@Sendable () -> Void] = []
        var isOpen = false
    }

    init() throws(UVError) {
        thread = Atomic(UInt(pthread_self()))
        unsafe raw = .allocate(capacity: 1)
        let result = unsafe uv_loop_init(raw)
        guard result == 0 else {
            unsafe raw.deallocate()
            unsafe readBuffer.deallocate()
            throw UVError(code: result)
        }
        unsafe raw.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        wakeup = try LoopWakeup(self) { [unowned self] in runJobs() }
        mailbox.withLock { $0.isOpen = true }
    }

    deinit {
        unsafe raw.deallocate()
        unsafe readBuffer.deallocate()
    }

    /// The time since some fixed moment, as of the present turn of the loop.
    var now: Duration { .milliseconds(Int64(unsafe uv_now(raw))) }

    /// Traps on a thread that is not the loop's.
    func checkThread() {
        precondition(thread.load(ordering: .relaxed) == UInt(pthread_self()), "called off the event loop's thread")
    }

    /// Starts the thread. `whenEnded` is called on it, last of all.
    func start(name: String, whenEnded: @escaping @Sendable () -> Void) throws(UVError) {
        checkThread()
        try LoopThread.start(name: name) { [self] in
            thread.store(UInt(pthread_self()), ordering: .relaxed)
            runToEnd()
            whenEnded()
        }
    }

    /// Runs the loop on this thread until all handles are closed.
    func runToEnd() {
        unsafe uv_run(raw, UV_RUN_DEFAULT)
        let result = unsafe uv_loop_close(raw)
        precondition(result == 0, "the event loop ended with open handles")
    }

    /// Runs a job on the loop's thread, after those submitted before. Returns false, and drops the job, where the
    /// mailbox is closed.
    @discardableResult
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        mailbox.withLock { mailbox in
            guard mailbox.isOpen else { return false }
            mailbox.jobs.append(job)
            // Inside the lock, so that the handle cannot be closed in between.
            if mailbox.jobs.count == 1 { wakeup?.signal() }
            return true
        }
    }

    /// Takes no more jobs, and drops those that wait.
    func closeMailbox() {
        checkThread()
        let dropped = mailbox.withLock { mailbox in
            mailbox.isOpen = false
            defer { mailbox.jobs = [] }
            return mailbox.jobs
        }
        wakeup?.close()
        // They are let go here, outside the lock: what they hold may submit again at its end.
        _ = dropped
    }

    private func runJobs() {
        let jobs = mailbox.withLock { mailbox in
            defer { mailbox.jobs = [] }
            return mailbox.jobs
        }
        for job in jobs { job() }
    }
}
