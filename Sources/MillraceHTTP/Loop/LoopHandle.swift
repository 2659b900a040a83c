import CUV

/// Owns the memory of one libuv handle: from its initialisation until libuv says that the handle is closed.
///
/// libuv holds the object meanwhile, so an open handle needs no other owner. Loop's thread only.
@safe class LoopHandle {
    private let memory: UnsafeMutableRawPointer
    private(set) var isClosed = false

    /// Initialises a handle of `loop`.
    init<Raw>(
        _ loop: EventLoop, as type: Raw.Type,
        _ initialise: (UnsafeMutablePointer<uv_loop_t>, UnsafeMutablePointer<Raw>) -> Int32
    ) throws(UVError) {
        loop.checkThread()
        let raw = UnsafeMutablePointer<Raw>.allocate(capacity: 1)
        unsafe memory = UnsafeMutableRawPointer(raw)
        let result = unsafe initialise(loop.raw, raw)
        guard result == 0 else {
            isClosed = true
            throw UVError(code: result)
        }
        unsafe pointer(to: uv_handle_t.self).pointee.data = Unmanaged<AnyObject>.passRetained(self).toOpaque()
    }

    deinit {
        precondition(isClosed, "a libuv handle was let go before it was closed")
        unsafe memory.deallocate()
    }

    /// Closes the handle; its callbacks are not called any more. A second call does nothing.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe uv_close(pointer(to: uv_handle_t.self)) { handle in
            guard let data = unsafe handle?.pointee.data else { return }
            unsafe Unmanaged<AnyObject>.fromOpaque(data).release()
        }
    }

    /// The handle as its own type or one that it begins with; valid as long as this object.
    final func pointer<Raw>(to type: Raw.Type) -> UnsafeMutablePointer<Raw> {
        unsafe memory.assumingMemoryBound(to: type)
    }

    /// The object that owns the handle of a callback.
    static func owner(_ data: UnsafeMutableRawPointer?) -> Self {
        guard let data = unsafe data else { preconditionFailure("a libuv handle without owner") }
        return unsafe Unmanaged<Self>.fromOpaque(data).takeUnretainedValue()
    }
}
