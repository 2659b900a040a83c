import Glibc

/// The engine's time. Injected, so that tests and the simulator decide.
package protocol EngineClock: Sendable {
    /// Milliseconds since 1970.
    var nowMilliseconds: Int64 { get }
}

/// The machine's clock.
package struct SystemClock: EngineClock {
    package init() {}
    package var nowMilliseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
