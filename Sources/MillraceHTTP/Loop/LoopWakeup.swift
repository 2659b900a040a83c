import CUV

/// Lets other threads call back on a loop's thread. Several calls in short order may come as one.
@safe final class LoopWakeup: LoopHandle {
    private let action: () -> Void

    init(_ loop: EventLoop, action: @escaping () -> Void) throws(UVError) {
        self.action = action
        try unsafe super.init(loop, as: uv_async_t.self) {
            unsafe uv_async_init($0, $1) { wakeup in
                unsafe LoopWakeup.owner(wakeup?.pointee.data).action()
            }
        }
    }

    /// Calls back soon. Any thread, as long as the handle is not closed.
    func signal() { unsafe uv_async_send(pointer(to: uv_async_t.self)) }
}
