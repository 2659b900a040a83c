import CUV

/// Calls back once, at a time of its loop. Loop's thread only.
@safe final class LoopTimer: LoopHandle {
    private let action: () -> Void

    init(_ loop: EventLoop, action: @escaping () -> Void) throws(UVError) {
        self.action = action
        try unsafe super.init(loop, as: uv_timer_t.self) { unsafe uv_timer_init($0, $1) }
    }

    /// Calls back after `delay`, and not at the time set before. A delay below zero is none.
    func start(after delay: Duration) {
        guard !isClosed else { return }
        let (seconds, attoseconds) = max(delay, .zero).components
        // Rounded up: a call before the time would find nothing to do.
        let milliseconds = UInt64(seconds) * 1000 + UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        unsafe uv_timer_start(
            pointer(to: uv_timer_t.self),
            { timer in
                unsafe LoopTimer.owner(timer?.pointee.data).action()
            }, milliseconds, 0)
    }
}
