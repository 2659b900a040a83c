import CUV

/// What happens on a ``TCPStream``, called on its loop's thread.
protocol TCPStreamDelegate: AnyObject {
    /// Bytes came; they live only during the call.
    func streamDidRead(_ bytes: Span<UInt8>)
    /// The peer sends no more.
    func streamDidEnd()
    /// Reading or writing failed; nothing more will come.
    func streamDidFail(_ error: UVError)
    /// A write that had to wait is done.
    func streamDidWrite()
}

/// One TCP connection. Loop's thread only.
@safe final class TCPStream: LoopHandle {
    /// Whoever gets the events; not held.
    weak var delegate: (any TCPStreamDelegate)?
    private let loop: EventLoop
    private var isReading = false
    private var pendingWrite: PendingWrite?

    /// Accepts the next connection of a listener.
    init(accepting listener: TCPListener, of loop: EventLoop) throws(UVError) {
        self.loop = loop
        try unsafe super.init(loop, as: uv_tcp_t.self) { unsafe uv_tcp_init($0, $1) }
        do throws(UVError) {
            try UVError.check(unsafe uv_accept(listener.pointer(to: uv_stream_t.self), pointer(to: uv_stream_t.self)))
        } catch {
            close()
            throw error
        }
        // Responses leave in one write each, so that there is nothing to wait for.
        unsafe uv_tcp_nodelay(pointer(to: uv_tcp_t.self), 1)
    }

    /// The other end, while the connection stands.
    var peer: SocketAddress? {
        guard !isClosed else { return nil }
        return (try? unsafe RawSocketAddress { unsafe uv_tcp_getpeername(pointer(to: uv_tcp_t.self), $0, $1) })?.address
    }

    /// Has bytes read from now on, or not.
    func setReading(_ wanted: Bool) {
        guard wanted != isReading && !isClosed else { return }
        isReading = wanted
        guard wanted else {
            unsafe uv_read_stop(pointer(to: uv_stream_t.self))
            return
        }
        let result = unsafe uv_read_start(
            pointer(to: uv_stream_t.self),
            { handle, _, buffer in
                let loop = unsafe TCPStream.owner(handle?.pointee.data).loop
                unsafe buffer?.pointee = uv_buf_t(
                    base: loop.readBuffer.baseAddress?.assumingMemoryBound(to: CChar.self), len: loop.readBuffer.count)
            },
            { handle, count, _ in
                unsafe TCPStream.owner(handle?.pointee.data).didRead(count)
            })
        if result < 0 { delegate?.streamDidFail(UVError(code: result)) }
    }

    /// Writes bytes, and returns true where the kernel took all of them. Otherwise the rest is written later, and
    /// ``TCPStreamDelegate/streamDidWrite()`` says when; until then there is no other write.
    func write(_ bytes: [UInt8]) throws(UVError) -> Bool {
        precondition(pendingWrite == nil, "a write during another one")
        var written = unsafe bytes.withUnsafeBytes { bytes in
            var buffer = unsafe uv_buf_t(
                base: UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                len: bytes.count)
            return unsafe uv_try_write(pointer(to: uv_stream_t.self), &buffer, 1)
        }
        if written == UV_EAGAIN.rawValue { written = 0 }
        try UVError.check(written)
        if Int(written) == bytes.count { return true }
        pendingWrite = try PendingWrite(bytes[Int(written)...], to: self)
        return false
    }

    /// Tells the peer that no more bytes will come. Only after all writes are done.
    func endOutput() {
        precondition(pendingWrite == nil, "the output ended during a write")
        guard !isClosed else { return }
        unsafe ShutdownRequest.start(pointer(to: uv_stream_t.self))
    }

    private func didRead(_ count: Int) {
        if count > 0 {
            unsafe delegate?.streamDidRead(
                UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]).bindMemory(to: UInt8.self).span)
        } else if count == Int(UV_EOF.rawValue) {
            setReading(false)
            delegate?.streamDidEnd()
        } else if count < 0 {
            setReading(false)
            delegate?.streamDidFail(UVError(code: Int32(count)))
        }
    }

    fileprivate func didWrite(_ status: Int32) {
        pendingWrite = nil
        guard !isClosed else { return }
        if status < 0 { delegate?.streamDidFail(UVError(code: status)) } else { delegate?.streamDidWrite() }
    }
}

/// A write that libuv works on: owns the request and the bytes until the callback, which comes even when the stream is
/// closed.
@safe private final class PendingWrite {
    private let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    private let bytes: UnsafeMutableRawBufferPointer
    private let stream: TCPStream

    init(_ rest: ArraySlice<UInt8>, to stream: TCPStream) throws(UVError) {
        self.stream = stream
        unsafe bytes = .allocate(byteCount: rest.count, alignment: 1)
        unsafe bytes.copyBytes(from: rest)
        let owner = unsafe Unmanaged.passRetained(self)
        unsafe request.pointee.data = owner.toOpaque()
        var buffer = unsafe uv_buf_t(base: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), len: bytes.count)
        let result = unsafe uv_write(request, stream.pointer(to: uv_stream_t.self), &buffer, 1) { request, status in
            guard let data = unsafe request?.pointee.data else { return }
            let write = unsafe Unmanaged<PendingWrite>.fromOpaque(data).takeRetainedValue()
            write.stream.didWrite(status)
        }
        guard result == 0 else {
            unsafe owner.release()
            throw UVError(code: result)
        }
    }

    deinit {
        unsafe bytes.deallocate()
        unsafe request.deallocate()
    }
}

/// The end of a stream's output on its way to the kernel.
private enum ShutdownRequest {
    static func start(_ stream: UnsafeMutablePointer<uv_stream_t>) {
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let result = unsafe uv_shutdown(request, stream) { request, _ in unsafe request?.deallocate() }
        // It fails where the peer is gone already, which reading tells as well.
        if result < 0 { unsafe request.deallocate() }
    }
}
