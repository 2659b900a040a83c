import Glibc

/// A clock for measuring, which never goes back.
enum MonotonicClock {
    /// Now, in milliseconds.
    static var milliseconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }
}
