import Glibc
import Synchronization

/// Wakes a thread that waits. A signal that is raised while nobody waits is kept for the next one who does.
@safe package final class Signal: @unchecked Sendable {
    // Both live as long as the signal, at a fixed address, and are used only through their own thread-safe functions.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    // Both guarded by the mutex.
    private var raised = false
    private var waiters = 0

    package init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    package func raise() {
        unsafe pthread_mutex_lock(mutex)
        raised = true
        let isAwaited = waiters > 0
        unsafe pthread_mutex_unlock(mutex)
        // Only now, or who is woken would at once have to wait for the mutex.
        if isAwaited { unsafe pthread_cond_signal(condition) }
    }

    /// Waits until the signal is raised, or the time is over; a negative time means without end. Lowers the signal.
    package func wait(timeoutMilliseconds: Int = -1) {
        unsafe pthread_mutex_lock(mutex)
        waiters += 1
        defer {
            waiters -= 1
            unsafe pthread_mutex_unlock(mutex)
        }
        if timeoutMilliseconds < 0 {
            while !raised { unsafe pthread_cond_wait(condition, mutex) }
        } else if !raised {
            var deadline = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
            deadline.tv_sec += timeoutMilliseconds / 1000
            deadline.tv_nsec += timeoutMilliseconds % 1000 * 1_000_000
            if deadline.tv_nsec >= 1_000_000_000 {
                deadline.tv_nsec -= 1_000_000_000
                deadline.tv_sec += 1
            }
            while !raised, unsafe pthread_cond_timedwait(condition, mutex, &deadline) == 0 {}
        }
        raised = false
    }
}
