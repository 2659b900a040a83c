import Glibc
import Synchronization

/// Wakes a thread that waits. A signal that is raised while nobody waits is kept for the next one who does.
@safe package final class Signal: @unchecked Sendable {
    // Both live as long as the signal, at a fixed address, and are used only through their own thread-safe functions.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let raised = Atomic<Bool>(false)
    /// How many threads sleep, or are about to. Who raises the signal looks at it after having raised it, who sleeps looks at the
    /// signal after having been counted: one of them sees the other.
    private let sleepers = Atomic<Int>(0)

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
        // Whoever raised it before has woken who waits.
        guard !raised.exchange(true, ordering: .sequentiallyConsistent),
            sleepers.load(ordering: .sequentiallyConsistent) > 0
        else { return }
        // Who has looked in vain sleeps when this is had.
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_mutex_unlock(mutex)
        // Only now, or who is woken would at once have to wait for the mutex.
        unsafe pthread_cond_signal(condition)
    }

    /// Waits until the signal is raised, or the time is over; a negative time means without end. Lowers the signal.
    package func wait(timeoutMilliseconds: Int = -1) {
        if lower() { return }
        unsafe pthread_mutex_lock(mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        defer {
            sleepers.subtract(1, ordering: .relaxed)
            unsafe pthread_mutex_unlock(mutex)
        }
        if timeoutMilliseconds < 0 {
            while !lower() { unsafe pthread_cond_wait(condition, mutex) }
            return
        }
        var deadline = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_sec += timeoutMilliseconds / 1000
        deadline.tv_nsec += timeoutMilliseconds % 1000 * 1_000_000
        if deadline.tv_nsec >= 1_000_000_000 {
            deadline.tv_nsec -= 1_000_000_000
            deadline.tv_sec += 1
        }
        while !lower() {
            // Raised just before the time was over, it is lowered all the same.
            guard unsafe pthread_cond_timedwait(condition, mutex, &deadline) == 0 else { return _ = lower() }
        }
    }

    /// Lowers the signal. Returns whether it was raised; then everything is seen that was done before.
    private func lower() -> Bool { raised.exchange(false, ordering: .sequentiallyConsistent) }
}
